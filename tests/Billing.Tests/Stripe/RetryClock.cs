using System.Threading.Channels;

namespace Billing.Tests.Stripe;

/// <summary>A clock that stands still and says which delays are waited for. Timers as long as an attempt may take are its limits, not delays.</summary>
internal sealed class RetryClock : TimeProvider
{
    public static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(80);
    private readonly FakeTime _time = new();
    private readonly Channel<TimeSpan> _delays = Channel.CreateUnbounded<TimeSpan>();

    public override long TimestampFrequency => _time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = _time.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime < AttemptLimit) _delays.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>The next delay that is waited for, which has not begun to pass.</summary>
    public async Task<TimeSpan> NextDelayAsync() => await _delays.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), System);

    /// <summary>Waits until a delay is waited for, and lets it pass.</summary>
    public async Task<TimeSpan> PassDelayAsync()
    {
        var delay = await NextDelayAsync();
        _time.Advance(delay);
        return delay;
    }

    public void PassAttemptLimit() => _time.Advance(AttemptLimit);
}
