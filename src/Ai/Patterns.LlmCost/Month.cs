namespace Patterns.LlmCost;

/// <summary>A calendar month in UTC.</summary>
public readonly record struct Month
{
    /// <summary>The month.</summary>
    /// <param name="year">The year, 1 to 9998.</param>
    /// <param name="number">The month, 1 to 12.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such month.</exception>
    public Month(int year, int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(year, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(year, 9998);
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, 12);
        FirstDay = new DateOnly(year, number, 1);
    }

    /// <summary>Its first day.</summary>
    public DateOnly FirstDay { get; }

    /// <summary>The first day of the month after it.</summary>
    public DateOnly End => FirstDay.AddMonths(1);

    /// <summary>The month of a time, in UTC.</summary>
    /// <param name="time">The time.</param>
    public static Month Of(DateTimeOffset time) => new(time.UtcDateTime.Year, time.UtcDateTime.Month);

    /// <summary>The month as <c>2026-11</c>.</summary>
    public override string ToString() => FirstDay.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
}
