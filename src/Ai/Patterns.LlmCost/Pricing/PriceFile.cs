namespace Patterns.LlmCost;

/// <summary>A price file as it was read.</summary>
/// <param name="Published">The day of the file; null when its shape names none.</param>
/// <param name="Rows">Its prices, each key once. Those of a file without a day begin at <see cref="DateTimeOffset.MinValue"/>, in whose place the day comes.</param>
/// <param name="Skipped">What cannot be kept exactly, each with its reason.</param>
internal sealed record PriceFile(DateTimeOffset? Published, IReadOnlyList<PriceRow> Rows, IReadOnlyList<string> Skipped);
