namespace Patterns.LlmFallback;

/// <summary>
/// The token of one attempt, and the one timer that cancels it. It serves one attempt after another: the timer stays armed between them and is set anew only when it would come too late, so that a healthy call touches none.
/// </summary>
internal sealed class AttemptClock : IDisposable
{
    private const int FiredBit = 1 << 30;

    // Timers count whole milliseconds, rounded down: one that came a moment too early must not come again at once.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    // A client that heeds its token needs a moment to let go of its connection.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _source = new();
    private readonly TaskCompletionSource _overdue = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isCancelled;
    private CancellationTokenRegistration _caller;

    // Odd while an attempt runs. The timer takes it with FiredBit, the attempt's end by counting on: only one of them can.
    private int _life;
    private TimeLimit _fired;
    private long _timerDue = long.MaxValue;
    private long _deadline;
    private TimeLimit _deadlineIs;
    private long _idle;
    private long _waitingSince;

    public AttemptClock(TimeProvider time)
    {
        _time = time;

        // The timer outlives the call that makes it, whose context (its trace, its tenant) it must not keep.
        using var _ = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _timer = time.CreateTimer(static clock => ((AttemptClock)clock!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Whether the attempt is to end, whatever its client makes of the token.</summary>
    public bool IsCancelled => _isCancelled;

    /// <summary>Completes when a second has passed since the token was cancelled and the attempt has still not ended: nobody should wait for its client any longer.</summary>
    public Task Overdue => _overdue.Task;

    /// <summary>The time that ran out; <see cref="TimeLimit.None"/> when it was not the timer that cancelled.</summary>
    public TimeLimit Fired => (Volatile.Read(ref _life) & FiredBit) == 0 ? TimeLimit.None : _fired;

    public void Start(long now, long deadline, TimeLimit deadlineIs, CancellationToken caller)
    {
        (_deadline, _deadlineIs, _idle, _waitingSince) = (deadline, deadlineIs, 0, 0);
        Interlocked.Increment(ref _life);
        Arm(now, deadline);
        if (caller.CanBeCanceled)
            _caller = caller.UnsafeRegister(static clock => ((AttemptClock)clock!).Cancel(), this);
    }

    /// <summary>From now on the deadline is that of the whole call, and each wait for an update has its own limit.</summary>
    public void Stream(long now, long deadline, long idle)
    {
        (_deadline, _deadlineIs) = (deadline, TimeLimit.Total);
        Volatile.Write(ref _idle, idle);
        Arm(now, Math.Min(deadline, now + idle));
    }

    public void BeginWait() => Volatile.Write(ref _waitingSince, _time.GetTimestamp());

    public void EndWait() => Volatile.Write(ref _waitingSince, 0);

    public void Cancel()
    {
        // The source last: its cancellation may run the rest of the call, up to the end of this clock, here and now.
        _isCancelled = true;
        _timer.Change(Grace, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }

    /// <summary>Ends the attempt. False when the token was cancelled: then the clock cannot serve again.</summary>
    public bool TryEnd()
    {
        var life = Volatile.Read(ref _life);
        _caller.Dispose();
        _caller = default;
        return (life & FiredBit) == 0 && !_isCancelled && Interlocked.CompareExchange(ref _life, life + 1, life) == life && _source.TryReset();
    }

    // The source is left to the collector: a provider that still holds the token may register with it.
    public void Dispose() => _timer.Dispose();

    private void Arm(long now, long due)
    {
        if (due >= Interlocked.Read(ref _timerDue))
            return;
        Interlocked.Exchange(ref _timerDue, due);
        var wait = _time.GetElapsedTime(now, due);
        _timer.Change(wait > Shortest ? wait : Shortest, Timeout.InfiniteTimeSpan);

        // Whoever cancelled meanwhile has set the timer before or sets it after this.
        if (_isCancelled)
            _timer.Change(Grace, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        if (_isCancelled)
        {
            _overdue.TrySetResult();
            return;
        }

        // First this, then the look at the life; Start does it the other way round. One of them sees the other, so that no attempt runs without a timer.
        Interlocked.Exchange(ref _timerDue, long.MaxValue);
        var life = Volatile.Read(ref _life);
        if ((life & 1) == 0 || (life & FiredBit) != 0)
            return;
        var now = _time.GetTimestamp();
        var (due, limit) = (_deadline, _deadlineIs);
        if (Volatile.Read(ref _idle) is > 0 and var idle)
        {
            var since = Volatile.Read(ref _waitingSince);
            if ((since == 0 ? now : since) + idle is var idleDue && idleDue < due)
                (due, limit) = (idleDue, TimeLimit.Idle);
        }

        if (now < due)
        {
            Arm(now, due);
            return;
        }

        _fired = limit;
        if (Interlocked.CompareExchange(ref _life, life | FiredBit, life) == life)
            Cancel();
    }
}
