namespace Patterns.LlmCost;

/// <summary>One price as it is stored.</summary>
/// <param name="Provider">The provider, in lower case.</param>
/// <param name="Pattern">The model's id or the beginning of it up to a boundary (<c>-</c>, <c>.</c>, <c>@</c>, <c>/</c>, <c>:</c>), in lower case; the longest that fits wins.</param>
/// <param name="Tier">standard, batch, flex or priority.</param>
/// <param name="Region">The region, in lower case; empty for the general price.</param>
/// <param name="Threshold">It holds for requests with more input tokens than this; the highest that is exceeded wins. 0 for all.</param>
/// <param name="Bucket">What it prices.</param>
/// <param name="ValidFrom">Since when; it holds until the next one of the same key.</param>
/// <param name="MicroUsd">Micro-USD for a million of the bucket's unit, which is pico-USD for one.</param>
internal sealed record PriceRow(string Provider, string Pattern, string Tier, string Region, long Threshold, LlmBucket Bucket, DateTimeOffset ValidFrom, long MicroUsd);
