namespace Harness;

/// <summary>One subject of a closed loop.</summary>
/// <param name="Subject"><c>Ours</c>, <c>Raw</c>, or a peer's name and version.</param>
/// <param name="Prepare">Makes the operation of one caller; the argument counts the callers from 0. Called before each round, outside the measurement.</param>
public sealed record Contender(string Subject, Func<int, ValueTask<Func<ValueTask>>> Prepare)
{
    /// <summary>A subject whose operation needs nothing of its caller's own.</summary>
    public Contender(string subject, Func<ValueTask> operation)
        : this(subject, _ => ValueTask.FromResult(operation))
    {
    }
}
