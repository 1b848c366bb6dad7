namespace Ai.Tests;

/// <summary>A clock that stands still, but for short waits: they pass at once, and move it. Longer timers never fire.</summary>
internal sealed class SwiftTime : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);
    private readonly FakeTime _time = new();

    public override long TimestampFrequency => _time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = _time.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime <= Short)
            ThreadPool.UnsafeQueueUserWorkItem(static wait => wait._time.Advance(wait.dueTime), (_time, dueTime), preferLocal: false);
        return timer;
    }

    public void Advance(TimeSpan by) => _time.Advance(by);
}
