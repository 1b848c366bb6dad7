namespace Patterns.Postgres;

/// <summary>
/// The calls that may be sent next: a list for each tenant, served in rotation, or one list where the group is not fair. Guarded by the queue's lock.
/// </summary>
internal sealed class GroupBacklog<TRequest, TResult>(GroupOptions<TRequest> options)
{
    private readonly CallList<TRequest, TResult> _only = new();
    private readonly Dictionary<string, CallList<TRequest, TResult>> _tenants = new(StringComparer.Ordinal);

    // Who was served last stands last. Who was passed over keeps his place, so that he comes first in the next batch, where nothing can be in his way.
    private readonly LinkedList<CallList<TRequest, TResult>> _rotation = new();

    public int Count { get; private set; }

    public void Insert(GroupCall<TRequest, TResult> call)
    {
        ListOf(call).Insert(call);
        Count++;
    }

    public void Remove(GroupCall<TRequest, TResult> call)
    {
        call.List!.Remove(call);
        Count--;
    }

    /// <summary>Fills the batch from the calls that arrived first; among tenants in rotation, one call of each.</summary>
    public void MoveTo(GroupBatch<TRequest, TResult> batch)
    {
        // A key that fills the queue must not make every batch search all of it.
        var passOver = 4 * options.MaxBatch;
        if (options.FairBy is null)
        {
            _only.Cursor = _only.First;
            while (TryTake(_only, batch, ref passOver))
            {
            }

            return;
        }

        foreach (var list in _rotation)
            list.Cursor = list.First;
        for (var turn = _rotation.First; turn is not null && batch.Count < options.MaxBatch;)
        {
            var (list, next) = (turn.Value, turn.Next);
            var taken = TryTake(list, batch, ref passOver);
            if (list.Count == 0)
            {
                _rotation.Remove(turn);
                _tenants.Remove(list.Tenant!);
            }
            else if (taken)
            {
                _rotation.Remove(turn);
                _rotation.AddLast(turn);
                next ??= turn;
            }

            turn = next;
        }
    }

    /// <summary>Takes out all calls of one key, in order.</summary>
    public void MoveTo(CallList<TRequest, TResult> parked, string key)
    {
        MoveTo(_only, parked, key);
        foreach (var list in _rotation)
            MoveTo(list, parked, key);
    }

    /// <summary>Takes out the first call, in no order among tenants; null when there is none.</summary>
    public GroupCall<TRequest, TResult>? First() => _only.First ?? _rotation.FirstOrDefault(static list => list.Count > 0)?.First;

    private CallList<TRequest, TResult> ListOf(GroupCall<TRequest, TResult> call)
    {
        if (options.FairBy is null)
            return _only;

        var tenant = call.Tenant ?? "";
        if (!_tenants.TryGetValue(tenant, out var list))
        {
            _tenants.Add(tenant, list = new(tenant));
            _rotation.AddLast(list);
        }

        return list;
    }

    private bool TryTake(CallList<TRequest, TResult> list, GroupBatch<TRequest, TResult> batch, ref int passOver)
    {
        while (list.Cursor is { } call)
        {
            if (batch.IsFullFor(call))
                return false;

            if (!batch.Admits(call))
            {
                if (passOver-- <= 0)
                    return false;

                list.Cursor = call.Next;
                continue;
            }

            list.Cursor = call.Next;
            Remove(call);
            if (!call.TryMove(CallState.Waiting, CallState.Sent))
                continue;

            batch.Add(call);
            return true;
        }

        return false;
    }

    private void MoveTo(CallList<TRequest, TResult> list, CallList<TRequest, TResult> parked, string key)
    {
        for (var call = list.First; call is not null;)
        {
            var next = call.Next;
            if (call.Key == key)
            {
                Remove(call);
                parked.Insert(call);
            }

            call = next;
        }
    }
}
