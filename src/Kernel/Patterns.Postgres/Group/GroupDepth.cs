namespace Patterns.Postgres;

/// <summary>How many requests are queued, in all queues of a group.</summary>
internal sealed class GroupDepth(GroupTelemetry telemetry)
{
    private int _value;

    public int Value => Volatile.Read(ref _value);

    public void Add(int calls)
    {
        Interlocked.Add(ref _value, calls);
        telemetry.Queued(calls);
    }
}
