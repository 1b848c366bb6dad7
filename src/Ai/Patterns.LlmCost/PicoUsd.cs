namespace Patterns.LlmCost;

/// <summary>An exact amount of money: whole millionths of a millionth of a US dollar (10^-12 USD), which is what a token at a whole number of micro-USD per million tokens costs.</summary>
/// <param name="Value">The pico-USD.</param>
public readonly record struct PicoUsd(Int128 Value) : IComparable<PicoUsd>
{
    /// <summary>Nothing.</summary>
    public static PicoUsd Zero => default;

    /// <summary>The amount in USD, exact to 12 decimals.</summary>
    /// <exception cref="OverflowException">The amount is beyond 7.9 * 10^16 USD.</exception>
    public decimal ToUsd() => (decimal)Value / 1_000_000_000_000m;

    /// <summary>The amount of so many USD.</summary>
    /// <param name="usd">The USD; what is beyond 12 decimals is refused.</param>
    /// <exception cref="ArgumentException">The amount has more than 12 decimals.</exception>
    public static PicoUsd FromUsd(decimal usd)
    {
        var pico = usd * 1_000_000_000_000m;
        return decimal.Truncate(pico) == pico ? new((Int128)pico) : throw new ArgumentException($"{usd} USD has more than 12 decimals. Round it to a whole number of pico-USD first.", nameof(usd));
    }

    /// <summary>The sum of two amounts.</summary>
    public static PicoUsd operator +(PicoUsd left, PicoUsd right) => new(left.Value + right.Value);

    /// <summary>The difference of two amounts.</summary>
    public static PicoUsd operator -(PicoUsd left, PicoUsd right) => new(left.Value - right.Value);

    /// <summary>Whether the left amount is smaller.</summary>
    public static bool operator <(PicoUsd left, PicoUsd right) => left.Value < right.Value;

    /// <summary>Whether the left amount is larger.</summary>
    public static bool operator >(PicoUsd left, PicoUsd right) => left.Value > right.Value;

    /// <summary>Whether the left amount is not larger.</summary>
    public static bool operator <=(PicoUsd left, PicoUsd right) => left.Value <= right.Value;

    /// <summary>Whether the left amount is not smaller.</summary>
    public static bool operator >=(PicoUsd left, PicoUsd right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(PicoUsd other) => Value.CompareTo(other.Value);

    /// <summary>The amount in USD with all its decimals, such as <c>0.000123 USD</c>.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ToUsd():0.############} USD");
}
