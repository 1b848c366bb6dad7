namespace Patterns.WebhookDedup;

/// <summary>Tells the drain of this process that something is due, so that its latency is not that of a poll. Signals that come while it works are folded.</summary>
internal sealed class WakeSignal(TimeProvider time)
{
    private TaskCompletionSource _raised = New();

    /// <summary>After a commit that made something due.</summary>
    public void Raise() => Volatile.Read(ref _raised).TrySetResult();

    /// <summary>Returns when it is raised or was since the last wait, after <paramref name="limit"/>, or when cancelled.</summary>
    public async Task WaitAsync(TimeSpan limit, CancellationToken ct)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(Volatile.Read(ref _raised).Task, Task.Delay(limit, time, end.Token)).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);

        // Replaced before the caller looks: what is committed and signalled from here on raises the new one.
        if (Volatile.Read(ref _raised).Task.IsCompleted)
            Volatile.Write(ref _raised, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
