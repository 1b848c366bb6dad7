namespace Patterns.Postgres;

/// <summary>
/// Where calls wait for a lane, and lanes for calls.
/// <para>Invariant: while a lane is idle, nothing that may be sent is waiting. So no call waits for a timer, and none is forgotten.</para>
/// <para>Invariant: a call that waits is in exactly one list, and can be taken out of it until a batch has it.</para>
/// <para>Invariant: while a key is blocked, no call of that key is in the backlog; they are parked in the order of arrival.</para>
/// </summary>
internal sealed class GroupQueue<TRequest, TResult>(GroupContext<TRequest, TResult> context)
{
    private const string NotSent = "The call was cancelled before its request was sent: nothing was applied.";
    private const string OnItsWay = "The call was cancelled while its request was on its way together with others'. The statement goes on, so the work is most likely applied.";

    private readonly Lock _gate = new();
    private readonly GroupBacklog<TRequest, TResult> _backlog = new(context.Options);
    private readonly Dictionary<string, CallList<TRequest, TResult>> _blocked = new(StringComparer.Ordinal);
    private readonly List<GroupLane<TRequest, TResult>> _idle = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _busy;
    private int _parked;
    private long _sequence;
    private bool _closed;

    /// <summary>Adds a lane, before the first call.</summary>
    public void Add(GroupLane<TRequest, TResult> lane) => _idle.Add(lane);

    /// <summary>Takes a call in. A lane that it returns has the call in its batch and is to be started by the caller.</summary>
    /// <exception cref="ObjectDisposedException">The group was stopped.</exception>
    /// <exception cref="QueueFullException">The queue is full and does not let callers wait.</exception>
    public GroupLane<TRequest, TResult>? Enter(GroupCall<TRequest, TResult> call)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(GroupCommit<TRequest, TResult>));
            call.Sequence = ++_sequence;
            var parked = _blocked.Count > 0 && call.Key is not null ? _blocked.GetValueOrDefault(call.Key) : null;
            if (parked is null && _idle.Count > 0)
            {
                if (!call.TryMove(CallState.New, CallState.Sent))
                    return null;

                var lane = Wake(_idle.Count - 1);
                lane.Batch.Add(call);
                return lane;
            }

            if (!context.Depth.TryAdd(context.Options.QueueFull == QueueFullMode.Reject ? context.Options.QueueLimit : int.MaxValue))
            {
                context.Telemetry.Rejected();
                throw new QueueFullException(context.Statement.Name, context.Options.QueueLimit);
            }

            if (!call.TryMove(CallState.New, CallState.Waiting))
            {
                context.Depth.Add(-1);
                return null;
            }

            if (parked is null)
                _backlog.Insert(call);
            else
                Park(parked, call);
            return null;
        }
    }

    /// <summary>Gives a lane its next batch. False when there is nothing to send: the lane is idle from then on, and the next call may start it at once.</summary>
    public bool Take(GroupLane<TRequest, TResult> lane)
    {
        lock (_gate)
        {
            if (TryFill(lane))
                return true;

            _idle.Add(lane);
            _busy--;
            SignalIfDrained();
            return false;
        }
    }

    /// <summary>Ends a call for its caller, wherever it is.</summary>
    public void Cancel(GroupCall<TRequest, TResult> call)
    {
        CallState before;
        lock (_gate)
        {
            before = call.End();
            if (call.List is not null)
                TakeOut(call);
            SignalIfDrained();
        }

        if (before is CallState.New or CallState.Waiting)
            call.Cancel(NotSent, WriteOutcome.NotApplied);
        else if (before == CallState.Sent)
            call.Cancel(OnItsWay, WriteOutcome.Unknown);
    }

    /// <summary>Lets later calls of these keys wait until <see cref="Unblock"/>, while earlier ones run outside the lanes.</summary>
    public void Block(IEnumerable<string> keys)
    {
        lock (_gate)
        {
            _busy++;
            foreach (var key in keys)
            {
                var parked = new CallList<TRequest, TResult>();
                _blocked.Add(key, parked);
                _backlog.MoveTo(parked, key);
                _parked += parked.Count;
            }
        }
    }

    /// <summary>Puts a call of a rolled-back batch back, if its key is blocked by now. True also when it was cancelled meanwhile and needs nothing more.</summary>
    public bool TryPark(GroupCall<TRequest, TResult> call)
    {
        lock (_gate)
        {
            if (_blocked.Count == 0 || call.Key is null || !_blocked.TryGetValue(call.Key, out var parked))
                return false;

            if (call.TryMove(CallState.Sent, CallState.Waiting))
            {
                context.Depth.Add(1);
                Park(parked, call);
            }

            return true;
        }
    }

    /// <summary>Ends what <see cref="Block"/> began. A lane that it returns has a batch and is to be started.</summary>
    public GroupLane<TRequest, TResult>? Unblock(IEnumerable<string> keys)
    {
        lock (_gate)
        {
            _busy--;
            foreach (var key in keys)
            {
                if (!_blocked.Remove(key, out var parked))
                    continue;

                while (parked.First is { } call)
                {
                    parked.Remove(call);
                    _parked--;
                    _backlog.Insert(call);
                }
            }

            if (_idle.Count > 0 && TryFill(_idle[^1]))
                return Wake(_idle.Count - 1);

            SignalIfDrained();
            return null;
        }
    }

    /// <summary>Takes out an idle lane whose connection has not been used for so long, so that it can be closed; null when there is none.</summary>
    public GroupLane<TRequest, TResult>? Borrow(TimeSpan idleFor)
    {
        lock (_gate)
        {
            var stale = _idle.FindIndex(lane => lane.IsStale(idleFor));
            return stale < 0 ? null : Wake(stale);
        }
    }

    /// <summary>Whether any lane has something to close, now or later.</summary>
    public bool HasConnections()
    {
        lock (_gate)
            return _busy > 0 || _idle.Exists(static lane => lane.IsStale(TimeSpan.Zero));
    }

    /// <summary>Fails everything that waits, with an exception of its own for each. Nothing of it was sent.</summary>
    public void FailWaiting(Func<Exception> failure)
    {
        var failed = new List<GroupCall<TRequest, TResult>>();
        lock (_gate)
        {
            while (_backlog.First() is { } call)
                Fail(call);
            foreach (var parked in _blocked.Values)
            {
                while (parked.First is { } call)
                    Fail(call);
            }

            SignalIfDrained();
        }

        foreach (var call in failed)
            call.Fail(failure());

        void Fail(GroupCall<TRequest, TResult> call)
        {
            TakeOut(call);
            if (call.TryMove(CallState.Waiting, CallState.Sent))
                failed.Add(call);
        }
    }

    /// <summary>Takes no more calls. Ends when everything that was taken in has been sent and answered.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            SignalIfDrained();
        }

        return _drained.Task;
    }

    private bool TryFill(GroupLane<TRequest, TResult> lane)
    {
        var before = _backlog.Count;
        if (before == 0)
            return false;

        _backlog.MoveTo(lane.Batch);
        context.Depth.Add(_backlog.Count - before);
        return lane.Batch.Count > 0;
    }

    private GroupLane<TRequest, TResult> Wake(int idle)
    {
        var lane = _idle[idle];
        _idle.RemoveAt(idle);
        _busy++;
        return lane;
    }

    private void Park(CallList<TRequest, TResult> parked, GroupCall<TRequest, TResult> call)
    {
        parked.Insert(call);
        _parked++;
    }

    private void TakeOut(GroupCall<TRequest, TResult> call)
    {
        if (call.Key is not null && _blocked.TryGetValue(call.Key, out var parked) && call.List == parked)
        {
            parked.Remove(call);
            _parked--;
        }
        else
        {
            _backlog.Remove(call);
        }

        context.Depth.Add(-1);
    }

    private void SignalIfDrained()
    {
        if (_closed && _busy == 0 && _parked == 0 && _backlog.Count == 0)
            _drained.TrySetResult();
    }
}
