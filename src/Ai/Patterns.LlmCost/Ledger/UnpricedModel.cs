namespace Patterns.LlmCost;

/// <summary>A model whose calls are booked without cost, since it, or a bucket that was used, has no price.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model.</param>
/// <param name="Tier">The price tier.</param>
/// <param name="Calls">How many attempts wait for a price.</param>
/// <param name="FirstDay">The first day of them.</param>
/// <param name="LastDay">The last day of them.</param>
public sealed record UnpricedModel(string Provider, string Model, string Tier, long Calls, DateOnly FirstDay, DateOnly LastDay);
