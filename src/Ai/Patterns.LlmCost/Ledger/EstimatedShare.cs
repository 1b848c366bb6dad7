namespace Patterns.LlmCost;

/// <summary>How much of a tenant's day rests on estimates.</summary>
/// <param name="TenantId">The customer.</param>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Cost">What the day cost.</param>
/// <param name="Estimated">The part of it that rests on estimates.</param>
public sealed record EstimatedShare(string TenantId, DateOnly Day, PicoUsd Cost, PicoUsd Estimated)
{
    /// <summary>The part as a number from 0 to 1.</summary>
    public decimal Share => Cost == PicoUsd.Zero ? 0 : decimal.Round(Estimated.ToUsd() / Cost.ToUsd(), 6);
}
