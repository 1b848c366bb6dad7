namespace Patterns.LlmFallback;

/// <summary>The right to make one attempt; it is given back by one of <see cref="ModelCircuit"/>'s verdicts.</summary>
/// <param name="IsProbe">Whether the attempt decides over a half-open circuit.</param>
/// <param name="Generation">Which life of the circuit the attempt belongs to: a verdict on an earlier one is not counted.</param>
internal readonly record struct CircuitPass(bool IsProbe, int Generation);
