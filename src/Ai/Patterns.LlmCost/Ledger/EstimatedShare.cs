namespace Patterns.LlmCost;

/// <summary>How much of a tenant's day rests on estimates.</summary>
/// <param name="TenantId">The customer.</param>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Cost">What the day cost.</param>
/// <param name="Estimated">The part of it that rests on estimates.</param>
public sealed record EstimatedShare(string TenantId, DateOnly Day, PicoUsd Cost, PicoUsd Estimated)
{
    /// <summary>The part as a number from 0 to 1.</summary>
    public decimal Share => PartOf(Estimated, Cost);

    /// <summary>Within 0 to 1 also where a day holds what was taken away from a closed month.</summary>
    internal static decimal PartOf(PicoUsd part, PicoUsd whole) => whole <= PicoUsd.Zero ? 0 : Math.Clamp(decimal.Round(part.ToUsd() / whole.ToUsd(), 6), 0, 1);
}
