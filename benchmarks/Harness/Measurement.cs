using System.Text.Json.Serialization;

namespace Harness;

/// <summary>One line of a results file. What was not measured is null and left out.</summary>
/// <param name="Case">What was called, such as <c>verify 2 KiB</c>.</param>
/// <param name="Callers">How many callers ran at once; null for a single call measured alone.</param>
/// <param name="Subject"><c>Ours</c>, <c>Raw</c>, or a peer's name and version.</param>
/// <param name="OpsPerSecond">The median of the rounds.</param>
/// <param name="MeanNs">Nanoseconds of one call: the median, over the rounds, of the round's mean.</param>
/// <param name="P50Ms">Half of the calls took at most this many milliseconds; the median of the rounds.</param>
/// <param name="P99Ms">99 of 100 calls took at most this many milliseconds; the median of the rounds.</param>
/// <param name="BytesPerOp">Managed bytes allocated for one call.</param>
public sealed record Measurement(
    [property: JsonPropertyName("case")] string Case,
    [property: JsonPropertyName("callers")] int? Callers,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("opsPerSecond")] double? OpsPerSecond = null,
    [property: JsonPropertyName("meanNs")] double? MeanNs = null,
    [property: JsonPropertyName("p50Ms")] double? P50Ms = null,
    [property: JsonPropertyName("p99Ms")] double? P99Ms = null,
    [property: JsonPropertyName("bytesPerOp")] double? BytesPerOp = null);
