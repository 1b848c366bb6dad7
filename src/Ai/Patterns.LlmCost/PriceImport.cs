namespace Patterns.LlmCost;

/// <summary>What an import of prices did.</summary>
/// <param name="Added">Prices that were not there.</param>
/// <param name="Changed">Prices that were there with another amount.</param>
/// <param name="Unchanged">Prices that were there as they are.</param>
/// <param name="Skipped">Models of a LiteLLM file that were left out, each with its reason: a price finer than a micro-USD per million tokens, two entries that contradict each other. Their calls stay unpriced and are seen as such.</param>
public sealed record PriceImport(int Added, int Changed, int Unchanged, IReadOnlyList<string> Skipped);
