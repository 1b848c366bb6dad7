using System.Runtime.CompilerServices;

namespace Patterns.Postgres;

/// <summary>
/// Carries a batch to its end: every call in it is answered, failed, parked behind a blocked key, or handed over to run outside the lanes.
/// <para>Invariant: what is sent again was rolled back before, for the server said so. A batch whose outcome nobody knows is not sent again, unless its statement recognises itself.</para>
/// <para>Invariant: parts are sent in the batch's order, so halving changes neither the order of locks nor that of two requests of one key.</para>
/// <para>Cost: one bad request among n costs 2·log2(n) + 1 statements, k of them at most min(2k·(log2(n) + 1), 2n).</para>
/// </summary>
internal sealed class BatchRun<TRequest, TResult>(GroupContext<TRequest, TResult> context, GroupQueue<TRequest, TResult> queue, bool outside) : IDisposable
{
    private const int ConflictRetries = 3;

    // More blocked requests than this in one batch are most likely a locked table, and to look for each of them would take longer than the lock is held. The rest waits together,
    // and is halved itself when the lock outlasts the command's time.
    private const int BlockedAlone = 8;

    // Outside the lanes a statement may wait for a lock as long as its whole time. The server must be the one to end it, for its answer says that nothing was applied.
    private static readonly TimeSpan DriverWaitsLonger = TimeSpan.FromSeconds(5);

    private readonly GroupSender<TRequest, TResult> _sender =
        new(context.Postgres, context.Statement, context.Options.CommandTimeout + (outside ? DriverWaitsLonger : TimeSpan.Zero));
    private readonly Stack<BatchPart> _parts = new();
    private readonly TimeSpan _limit = outside ? context.Options.CommandTimeout : context.Options.BatchLockTimeout;

    // Once a lock is known to be in the way, the half without it must not wait as long again.
    private readonly TimeSpan _limitOfHalves = TimeSpan.FromMilliseconds(Math.Max(1, context.Options.BatchLockTimeout.TotalMilliseconds / 10));
    private int _blocked;
    private bool _partitionMade;

    /// <summary>Sends the batch, and does what its faults ask for.</summary>
    /// <returns>True when it succeeded as a whole. Its calls are then still to be told, by <see cref="SucceedAll"/> or with <see cref="Result"/>.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> RunAsync(GroupBatch<TRequest, TResult> batch)
    {
        var whole = new BatchPart(0, batch.Count, _limit);
        _partitionMade = false;
        var (fault, failure) = await TrySendAsync(batch, whole).ConfigureAwait(false);
        if (failure is null)
            return true;

        _blocked = 0;
        _parts.Clear();
        await FollowAsync(batch, whole, fault, failure).ConfigureAwait(false);
        while (_parts.TryPop(out var next))
        {
            var part = outside ? next : next with { Count = batch.RemoveWhere(next.From, next.Count, queue.TryPark) };
            if (part.Count == 0)
                continue;

            (fault, failure) = await TrySendAsync(batch, part).ConfigureAwait(false);
            if (failure is null)
                Succeed(batch, part);
            else
                await FollowAsync(batch, part, fault, failure).ConfigureAwait(false);
        }

        return false;
    }

    public TResult Result(int index) => _sender.Result(index);

    public void SucceedAll(GroupBatch<TRequest, TResult> batch) => Succeed(batch, new(0, batch.Count, _limit));

    public bool IsOpen => _sender.IsOpen;

    /// <summary>Forgets requests and answers.</summary>
    public void LetGo() => _sender.Clear();

    public ValueTask CloseAsync() => _sender.CloseAsync();

    public void Dispose() => _sender.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(BatchFault Fault, Exception? Failure)> TrySendAsync(GroupBatch<TRequest, TResult> batch, BatchPart part)
    {
        var conflicts = 0;
        var rerun = false;
        while (true)
        {
            try
            {
                await _sender.OpenAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                return rerun ? (BatchFault.Lost, e) : (BatchFault.NotOpened, NotOpenedException.From(e));
            }

            try
            {
                _sender.Bind(batch, part);
            }
            catch (Exception e)
            {
                _sender.Renew();
                return (BatchFault.Row, e);
            }

            try
            {
                using var span = context.Telemetry.Sending(batch, part);
                var started = GroupTelemetry.Start();
                await _sender.SendAsync(part.Count).ConfigureAwait(false);
                context.Telemetry.Sent(started);
                return default;
            }
            catch (Exception e)
            {
                _sender.Renew();
                var fault = BatchFaults.Of(e);
                if (PostgresErrors.Classify(e) == PostgresFault.ReadOnly)
                    await _sender.DiscardAsync().ConfigureAwait(false);

                var again = fault switch
                {
                    BatchFault.Conflict => ++conflicts <= ConflictRetries,
                    BatchFault.MissingPartition when !_partitionMade => _partitionMade = await context.Postgres.MakeMissingPartitionAsync(e).ConfigureAwait(false),
                    BatchFault.Lost when context.Statement.RerunSafe && !rerun => rerun = true,
                    _ => false,
                };
                if (again)
                    continue;

                // That this run was rolled back does not say what became of the one before it. Only a row at fault does: the same rows would have failed there.
                return (rerun && fault is (BatchFault.Everybody or BatchFault.Lock or BatchFault.Conflict) ? BatchFault.Lost : fault, e);
            }
        }
    }

    private async ValueTask FollowAsync(GroupBatch<TRequest, TResult> batch, BatchPart part, BatchFault fault, Exception failure)
    {
        switch (fault)
        {
            case BatchFault.Row or BatchFault.Conflict or BatchFault.MissingPartition when part.Count == 1:
                context.Telemetry.Poisoned();
                batch.Release(part.From).Fail(failure);
                break;
            case BatchFault.Row or BatchFault.Conflict or BatchFault.MissingPartition:
                Split(part, part.LockLimit);
                break;
            case BatchFault.Lock when part.Count > 1 && _blocked < BlockedAlone:
                Split(part, _limitOfHalves);
                break;
            case BatchFault.Lock when outside:
                _blocked++;
                Fail(batch, part, failure);
                break;
            case BatchFault.Lock:
                _blocked++;
                HandOver(batch, part);
                break;
            case BatchFault.NotOpened:
                Fail(batch, part, failure);
                while (_parts.TryPop(out var rest))
                    Fail(batch, rest, failure);
                if (!outside)
                    queue.FailWaiting(() => OwnException.Of(failure));
                break;
            case BatchFault.Lost:
                context.Telemetry.Unknown(part.Count);
                for (var i = 0; i < part.Count; i++)
                    batch.Release(part.From + i).Fail(OwnException.Lost(failure, context.Statement.Name));
                break;
            default:
                Fail(batch, part, failure);
                break;
        }
    }

    private void Split(BatchPart part, TimeSpan lockLimit)
    {
        context.Telemetry.Split();
        var (left, right) = part.Halve(lockLimit);
        _parts.Push(right);
        _parts.Push(left);
    }

    private void HandOver(GroupBatch<TRequest, TResult> batch, BatchPart part)
    {
        var blocked = new GroupBatch<TRequest, TResult>(context.Options);
        for (var i = 0; i < part.Count; i++)
            blocked.Add(batch.Release(part.From + i));
        OutsideRun<TRequest, TResult>.Start(context, queue, blocked);
    }

    private void Succeed(GroupBatch<TRequest, TResult> batch, BatchPart part)
    {
        for (var i = 0; i < part.Count; i++)
            batch.Release(part.From + i).Succeed(_sender.Result(i));
    }

    private static void Fail(GroupBatch<TRequest, TResult> batch, BatchPart part, Exception failure)
    {
        for (var i = 0; i < part.Count; i++)
            batch.Release(part.From + i).Fail(part.Count == 1 ? failure : OwnException.Of(failure));
    }
}
