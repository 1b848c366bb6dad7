namespace Kernel.Tests.Postgres;

/// <summary>The system's clock, which tells when somebody starts a pause of less than a second: the turn has looked who is there, and waits for them.</summary>
internal sealed class NoticedPause : TimeProvider
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Begun => _begun.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero && dueTime < TimeSpan.FromSeconds(1))
            _begun.TrySetResult();
        return base.CreateTimer(callback, state, dueTime, period);
    }
}
