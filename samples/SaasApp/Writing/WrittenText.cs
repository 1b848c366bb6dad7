using Patterns.LlmCost;
using Patterns.LlmFallback;

namespace SaasApp;

/// <summary>A text that was asked for, and what it took.</summary>
/// <param name="Id">Its id, which is that of the hold and of the run.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Topic">What it is about.</param>
/// <param name="Text">What the reader got.</param>
/// <param name="Faults">The models that failed or were skipped, and why.</param>
/// <param name="Attempts">What is booked for it.</param>
/// <param name="Held">The credits that were set aside.</param>
/// <param name="Charged">The credits that it took.</param>
/// <param name="Failure">Why there is no whole text; null when there is one.</param>
internal sealed record WrittenText(
    Guid Id, string Tenant, string Topic, string Text, IReadOnlyList<LlmAttempt> Faults, IReadOnlyList<WrittenText.Attempt> Attempts, long Held, long Charged, string? Failure)
{
    public PicoUsd Cost => Attempts.Aggregate(PicoUsd.Zero, static (sum, attempt) => sum + attempt.Cost);

    /// <param name="Number">The attempt, from 1.</param>
    /// <param name="Model">The model.</param>
    /// <param name="State">How well its usage is known.</param>
    /// <param name="Input">Input tokens.</param>
    /// <param name="Output">Output tokens.</param>
    /// <param name="Cost">What it cost.</param>
    internal sealed record Attempt(int Number, string Model, string State, long Input, long Output, PicoUsd Cost);
}
