using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>
/// The way of calls that nobody waits for: from memory, or from the spill, to the database, in the order in which they came.
/// <para>Invariant: while the spill holds anything of this process, new calls go to the spill. So what is in memory is older than what is in the spill.</para>
/// <para>Invariant: a call leaves memory, or the spill, only when it is booked, or refused for good and noted.</para>
/// </summary>
internal sealed class CallQueue(CallBooking booking, IOptions<LlmCostOptions> options, IPostgres postgres, TimeProvider time, ILoggerFactory? loggers = null) : IAsyncDisposable, IDisposable
{
    private const int MaxBatch = 1_024;
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseOfDisk = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = Log.For(loggers);
    private readonly bool _always = options.Value.Durability == LlmCostDurability.Spill;
    private readonly Lock _gate = new();
    private readonly Queue<LlmCall> _memory = new();
    private readonly List<(long Target, TaskCompletionSource Done)> _flushes = [];
    private readonly SemaphoreSlim _room = new(options.Value.QueueCapacity);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private IReadOnlyList<LlmCall> _inHand = [];
    private CallSpill? _spill;
    private Task? _running;
    private Task? _stopped;
    private bool _isStopped;
    private bool _spilling;
    private bool _abandoned;
    private long _accepted;
    private long _done;

    /// <summary>Begins to book, first of all what an earlier run has left in the spill.</summary>
    /// <param name="demandSpill">Whether a spill folder that is needed and cannot be had is an exception.</param>
    /// <exception cref="InvalidOperationException">The spill folder cannot be written.</exception>
    public void Start(bool demandSpill = false)
    {
        if (Volatile.Read(ref _running) is not null)
            return;
        lock (_gate)
        {
            if (_running is not null)
                return;
            OpenSpillAtStart(demandSpill);
            // Whoever is the first to queue a call must not lend its ambient state to all who come after.
            using (ExecutionContext.SuppressFlow())
                _running = Task.Run(RunAsync);
        }
    }

    public ValueTask AddAsync(LlmCall call, CancellationToken cancellationToken)
    {
        Start();
        return !_always && TryRemember(call, entered: false) ? ValueTask.CompletedTask : AddSlowlyAsync(call, cancellationToken);
    }

    public Task FlushAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_done >= _accepted)
                return Task.CompletedTask;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _flushes.Add((_accepted, done));
            return done.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Books what waits. What cannot be booked before the token is cancelled, or at all, is left in the spill for the next start. Calls that come later are booked while their callers wait.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isStopped = true;
            return _stopped ??= Task.Run(() => StopOnceAsync(cancellationToken), CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => new(StopAsync(CancellationToken.None));

    public void Dispose() => _ = StopAsync(CancellationToken.None);

    /// <param name="call">The call.</param>
    /// <param name="entered">Whether the caller has room already.</param>
    private bool TryRemember(LlmCall call, bool entered)
    {
        lock (_gate)
        {
            if (_isStopped || _spilling || !(entered || _room.Wait(0, CancellationToken.None)))
                return false;
            _memory.Enqueue(call);
            _accepted++;
        }

        Telemetry.CountQueued(1);
        _wake.Writer.TryWrite(true);
        return true;
    }

    private async ValueTask AddSlowlyAsync(LlmCall call, CancellationToken cancellationToken)
    {
        if (!_always && !Volatile.Read(ref _spilling) && await HasRoomAsync(cancellationToken).ConfigureAwait(false))
        {
            if (TryRemember(call, entered: true))
                return;
            _room.Release();
        }

        try
        {
            while (!_isStopped)
            {
                var begun = TryBeginSpill(call, out var task);
                await task.WaitAsync(begun ? CancellationToken.None : cancellationToken).ConfigureAwait(false);
                if (begun)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.SpillFailed(_logger, e);
        }

        await booking.RecordAsync(call, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> HasRoomAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(MaxWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _room.WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            // Also when it was the caller's token: the call has been made and cost money, so it is kept all the same.
            return false;
        }
    }

    /// <summary>Adds the call to the spill. False when that is full, or the queue has stopped; there may be room when the task ends.</summary>
    private bool TryBeginSpill(LlmCall call, out Task task)
    {
        lock (_gate)
        {
            task = Task.CompletedTask;
            if (_isStopped || !(_spill ??= OpenSpill()).TryAdd(call, out task))
                return false;
            if (!_spilling && !_always)
                Log.Spilling(_logger);
            _spilling = true;
            _accepted++;
        }

        // A call that could not be written is booked by its caller; nobody has to wait for it here.
        _ = task.ContinueWith(static (_, state) => ((CallQueue)state!).Done(1), this, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Telemetry.CountSpilled();
        return true;
    }

    private async Task RunAsync()
    {
        var delivery = new CallDelivery(booking, Reject, time, _logger, _stop.Token);
        while (true)
        {
            try
            {
                var spilled = _spill is { HasLeftovers: true } ? _spill.Read(MaxBatch) : default;
                var calls = spilled.IsEmpty ? TakeMemory() : spilled.Calls;
                if (calls.Count == 0 && _spill is not null)
                {
                    spilled = _spill.Read(MaxBatch);
                    calls = spilled.Calls;
                }

                if (calls.Count == 0)
                {
                    if (IsIdle())
                        return;
                    await _wake.Reader.ReadAsync().ConfigureAwait(false);
                }
                else if (!await delivery.BookAsync(calls).ConfigureAwait(false) || !Forget(calls.Count, spilled))
                {
                    return;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.SpillFailed(_logger, e);
                if (_isStopped)
                    return;
                await Task.Delay(PauseOfDisk, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private IReadOnlyList<LlmCall> TakeMemory()
    {
        lock (_gate)
        {
            if (_memory.Count == 0)
                return [];
            var calls = new LlmCall[Math.Min(_memory.Count, MaxBatch)];
            for (var i = 0; i < calls.Length; i++)
                calls[i] = _memory.Dequeue();
            return _inHand = calls;
        }
    }

    /// <summary>Nothing is left. True when nothing will come.</summary>
    private bool IsIdle()
    {
        lock (_gate)
        {
            if (_memory.Count > 0 || _spill is { } spill && !spill.IsEmpty())
                return false;
            _spilling = false;
            return _isStopped;
        }
    }

    /// <summary>They are booked. False when the queue has stopped without waiting for that.</summary>
    private bool Forget(int calls, SpillBatch spilled)
    {
        lock (_gate)
        {
            if (_abandoned)
                return false;
            _inHand = [];
            if (!spilled.IsEmpty)
                _spill!.Advance(spilled);
        }

        if (spilled.IsEmpty)
        {
            _room.Release(calls);
            Telemetry.CountQueued(-calls);
        }

        if (!spilled.IsLeftover)
            Done(calls);
        return true;
    }

    private void Done(int calls)
    {
        List<TaskCompletionSource> done;
        lock (_gate)
        {
            _done += calls;
            done = [.. _flushes.Where(flush => flush.Target <= _done).Select(static flush => flush.Done)];
            _flushes.RemoveAll(flush => flush.Target <= _done);
        }

        foreach (var flush in done)
            flush.SetResult();
    }

    private void Reject(LlmCall call)
    {
        lock (_gate)
            (_spill ??= OpenSpill()).Reject(call);
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _wake.Writer.TryWrite(true);
        await (_running ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await LeaveAsync().ConfigureAwait(false);
    }

    /// <summary>What is in memory goes to the disk. It may be booked all the same, if it was on its way; the next start then changes nothing.</summary>
    private async Task LeaveAsync()
    {
        List<LlmCall> rest;
        long left;
        lock (_gate)
        {
            _abandoned = true;
            rest = [.. _inHand, .. _memory];
            _memory.Clear();
            _inHand = [];
            left = _accepted - _done;
            _flushes.ForEach(static flush => flush.Done.SetException(new InvalidOperationException("The application stopped before all queued calls were booked. They are in the spill file, and the next start books them.")));
            _flushes.Clear();
        }

        Telemetry.CountQueued(-rest.Count);
        try
        {
            if (rest.Count > 0)
                await (_spill ??= OpenSpill()).KeepAsync(rest).ConfigureAwait(false);
            if (left > 0)
                Log.LeftInSpill(_logger, (int)left);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Lost(_logger, rest.Count, e);
        }

        if (_spill is not null)
            await _spill.CloseAsync().ConfigureAwait(false);
    }

    private void OpenSpillAtStart(bool demand)
    {
        try
        {
            if (_always || SpillLane.HasLeftovers(SpillLane.Root(options, postgres)))
                _spill = OpenSpill();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_always && demand)
                throw new InvalidOperationException($"LlmCostOptions.Durability is Spill, and the folder {SpillLane.Root(options, postgres)} cannot be written ({e.Message}). Set LlmCostOptions.SpillFolder to one on a disk that outlives the process.", e);
            Log.SpillFailed(_logger, e);
        }
    }

    private CallSpill OpenSpill() => new(SpillLane.Open(SpillLane.Root(options, postgres)), flush: _always, options.Value.MaxSpillBytes, () => _wake.Writer.TryWrite(true), _logger);
}
