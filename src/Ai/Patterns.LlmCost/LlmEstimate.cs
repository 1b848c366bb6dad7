namespace Patterns.LlmCost;

/// <summary>What a call is expected to use at most, before it is made.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model.</param>
/// <param name="Usage">The expected usage; the output limit belongs into <see cref="LlmUsage.Output"/>.</param>
/// <param name="Tier">The price tier.</param>
/// <param name="Region">The region; empty for the provider's general prices.</param>
public sealed record LlmEstimate(string Provider, string Model, LlmUsage Usage, string Tier = "standard", string Region = "");
