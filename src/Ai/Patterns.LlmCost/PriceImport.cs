namespace Patterns.LlmCost;

/// <summary>What an import of prices did.</summary>
/// <param name="Added">Prices that were not there.</param>
/// <param name="Changed">Prices that were there with another amount.</param>
/// <param name="Unchanged">Prices that were there as they are.</param>
public sealed record PriceImport(int Added, int Changed, int Unchanged);
