using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>A row as it is stored, with the buckets that are not zero.</summary>
internal sealed record BookedCall(
    Guid CallId,
    int Attempt,
    string State,
    string Provider,
    string Model,
    string Tier,
    string Region,
    string Feature,
    string? UserId,
    Guid? RunId,
    string? ResponseId,
    Dictionary<LlmBucket, long> Buckets,
    long Reasoning,
    decimal? PicoUsd,
    bool Suspect);
