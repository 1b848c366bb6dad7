namespace Patterns.Postgres;

/// <summary>The calls that go together. Says which may.</summary>
internal sealed class GroupBatch<TRequest, TResult>(GroupOptions<TRequest> options)
{
    private static readonly Comparer<GroupCall<TRequest, TResult>> ByKey = Comparer<GroupCall<TRequest, TResult>>.Create(static (left, right) =>
    {
        var difference = string.CompareOrdinal(left.Key, right.Key);
        return difference == 0 ? left.Sequence.CompareTo(right.Sequence) : difference;
    });

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _passedOver = new(StringComparer.Ordinal);
    private GroupCall<TRequest, TResult>[] _calls = new GroupCall<TRequest, TResult>[Math.Min(options.MaxBatch, 16)];
    private long _bytes;

    public int Count { get; private set; }

    public ReadOnlySpan<GroupCall<TRequest, TResult>> Calls => _calls.AsSpan(0, Count);

    /// <summary>Takes a call out to tell its caller, or to hand it on. From then on it may serve another request at any moment.</summary>
    public GroupCall<TRequest, TResult> Release(int index)
    {
        var call = _calls[index];
        _calls[index] = null!;
        return call;
    }

    /// <summary>Whether this call must wait for the next batch, and with it all that come after it.</summary>
    public bool IsFullFor(GroupCall<TRequest, TResult> call) => Count == options.MaxBatch || (Count > 0 && _bytes + call.Size > options.MaxBatchBytes);

    /// <summary>False when this call must not be in this batch, while others may.</summary>
    public bool Admits(GroupCall<TRequest, TResult> call)
    {
        if (Count == 0)
            return true;

        if (options.UniqueKeys && _keys.Contains(call.Key!))
            return false;

        if (options.BatchBy is null)
            return true;

        // Who is passed over must not be overtaken by a later call of the same key.
        if (call.BatchKey == _calls[0].BatchKey && (call.Key is null || !_passedOver.Contains(call.Key)))
            return true;

        if (call.Key is not null)
            _passedOver.Add(call.Key);
        return false;
    }

    public void Add(GroupCall<TRequest, TResult> call)
    {
        if (Count == _calls.Length)
            Array.Resize(ref _calls, Math.Min(options.MaxBatch, Count * 2));

        _calls[Count++] = call;
        _bytes += call.Size;
        if (options.UniqueKeys)
            _keys.Add(call.Key!);
    }

    /// <summary>One order of locks for all batches.</summary>
    public void Sort()
    {
        if (options.OrderBy is not null && Count > 1)
            Array.Sort(_calls, 0, Count, ByKey);
    }

    /// <summary>The different keys of the calls.</summary>
    public IReadOnlyCollection<string> Keys() => new HashSet<string>(_calls.Take(Count).Select(static call => call.Key).OfType<string>(), StringComparer.Ordinal);

    /// <summary>Closes up a part after calls have left it, and says how many remain. The places behind them are not used again.</summary>
    public int RemoveWhere(int from, int count, Func<GroupCall<TRequest, TResult>, bool> leaves)
    {
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            var call = _calls[from + i];
            _calls[from + i] = null!;
            if (!leaves(call))
                _calls[from + kept++] = call;
        }

        return kept;
    }

    /// <summary>Fails all that have not been released.</summary>
    public void Fail(Exception failure)
    {
        for (var i = 0; i < Count; i++)
            Release(i)?.Fail(OwnException.Of(failure));
    }

    public void Clear()
    {
        Array.Clear(_calls, 0, Count);
        Count = 0;
        _bytes = 0;
        _keys.Clear();
        _passedOver.Clear();
    }
}
