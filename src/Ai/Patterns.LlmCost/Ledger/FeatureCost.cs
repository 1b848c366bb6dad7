namespace Patterns.LlmCost;

/// <summary>What a feature of the product cost in a month.</summary>
/// <param name="Feature">The feature; empty for calls that name none.</param>
/// <param name="Calls">The booked attempts.</param>
/// <param name="Cost">What they cost.</param>
/// <param name="Tenants">How many tenants used it.</param>
public sealed record FeatureCost(string Feature, long Calls, PicoUsd Cost, int Tenants);
