namespace Patterns.Postgres;

/// <summary>How many requests are queued, in all queues of a group.</summary>
internal sealed class GroupDepth(GroupTelemetry telemetry)
{
    private int _value;

    public int Value => Volatile.Read(ref _value);

    /// <summary>Adds one call, unless there are as many as <paramref name="limit"/> already.</summary>
    public bool TryAdd(int limit)
    {
        for (var seen = Value; seen < limit;)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + 1, seen);
            if (before == seen)
            {
                telemetry.Queued(1);
                return true;
            }

            seen = before;
        }

        return false;
    }

    public void Add(int calls)
    {
        Interlocked.Add(ref _value, calls);
        telemetry.Queued(calls);
    }
}
