namespace Patterns.Postgres;

/// <summary>A call of a group ended before its answer came: its token was cancelled, or the group was stopped.</summary>
public sealed class GroupCanceledException : OperationCanceledException
{
    internal GroupCanceledException(string message, WriteOutcome outcome, CancellationToken ct)
        : base(message, ct) => Outcome = outcome;

    /// <summary>
    /// <see cref="WriteOutcome.NotApplied"/> when the request had not been sent and never will be. <see cref="WriteOutcome.Unknown"/> when it was on its way together with others': the
    /// statement goes on, so the work is most likely applied.
    /// </summary>
    public WriteOutcome Outcome { get; }
}
