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
internal sealed partial class CallQueue(CallBooking booking, IOptions<LlmCostOptions> options, IPostgres postgres, TimeProvider time, ILoggerFactory? loggers = null) : IAsyncDisposable, IDisposable
{
    public const int MaxBatch = 1_024;

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
            if (_running is not null || _isStopped)
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
            if (_abandoned)
                return Task.FromException(StoppedBeforeBooking());
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _flushes.Add((_accepted, done));
            return done.Task.WaitAsync(cancellationToken);
        }
    }

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
}
