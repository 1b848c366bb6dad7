namespace Patterns.LlmCost;

/// <summary>How a tenant stood when the database was last asked.</summary>
/// <param name="Remaining">The limit less what is booked and set aside; null without a budget.</param>
/// <param name="CheckedAt">When the database was last asked, as a timestamp of the process's clock.</param>
internal sealed record BudgetStanding(PicoUsd? Remaining, long CheckedAt)
{
    public SpendAnswer Answer(PicoUsd? cost) => new(Remaining is not { } left || (cost is { } known ? known <= left : left > PicoUsd.Zero), Remaining);
}
