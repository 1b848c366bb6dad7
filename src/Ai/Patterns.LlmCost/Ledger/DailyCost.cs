namespace Patterns.LlmCost;

/// <summary>
/// The roll-up of a day: what the booked attempts of one tenant, model, feature and tier sum up to. What became known of a closed month stands on the day on which it did, so that a figure is below zero where that was less than before.
/// </summary>
/// <param name="TenantId">The customer.</param>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model.</param>
/// <param name="Feature">The feature; empty when unknown.</param>
/// <param name="Tier">The price tier.</param>
/// <param name="Calls">The booked attempts.</param>
/// <param name="Usage">What they used. The reasoning memo is not rolled up.</param>
/// <param name="Cost">What they cost; unpriced ones are missing from it.</param>
/// <param name="Estimated">The part of <paramref name="Cost"/> that rests on estimates.</param>
/// <param name="UnpricedCalls">How many of them have no price yet.</param>
public sealed record DailyCost(string TenantId, DateOnly Day, string Provider, string Model, string Feature, string Tier, long Calls, LlmUsage Usage, PicoUsd Cost, PicoUsd Estimated, long UnpricedCalls);
