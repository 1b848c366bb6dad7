namespace Patterns.LlmCost;

/// <summary>What is known of a call before it is made.</summary>
/// <param name="Attribution">On whose account it goes.</param>
/// <param name="At">When it began: this chooses the price.</param>
/// <param name="Model">The model that was asked for; the answer's own name for it is better.</param>
internal readonly record struct CallStart(CallAttribution Attribution, DateTimeOffset At, string? Model);
