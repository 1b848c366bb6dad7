namespace Patterns.LlmCost;

/// <summary>What a run cost.</summary>
/// <param name="TenantId">The customer.</param>
/// <param name="RunId">The run.</param>
/// <param name="Calls">The booked attempts.</param>
/// <param name="Cost">What they cost.</param>
/// <param name="StartedAt">When the first of them began.</param>
public sealed record RunCost(string TenantId, Guid RunId, long Calls, PicoUsd Cost, DateTimeOffset StartedAt);
