namespace Patterns.LlmFallback;

/// <summary>How a model of a chain is.</summary>
/// <param name="Model">The model's name in the chain.</param>
/// <param name="State">Its circuit's state now.</param>
/// <param name="ReopensAt">When an open circuit lets a probe through; null unless open.</param>
/// <param name="LastFault">The kind of its last fault that opened or counted; null when there was none since the last reset.</param>
/// <param name="Calls">Judged calls in the window.</param>
/// <param name="Failures">Those of them that counted as failures.</param>
public sealed record LlmModelStatus(string Model, LlmCircuitState State, DateTimeOffset? ReopensAt, LlmFaultKind? LastFault, int Calls, int Failures);
