using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Patterns.Postgres;

/// <summary>What operators see of one group. Costs next to nothing while nobody listens.</summary>
internal sealed class GroupTelemetry(string name)
{
    private static readonly Histogram<int> BatchSize = Telemetry.Meter.CreateHistogram<int>("patterns.postgres.group.batch_size", "{request}", "Requests in a statement.");
    private static readonly Histogram<double> QueueWait = Telemetry.Meter.CreateHistogram<double>("patterns.postgres.group.queue_wait", "s", "From the call to the batch.");
    private static readonly Histogram<double> Duration = Telemetry.Meter.CreateHistogram<double>("patterns.postgres.group.statement_duration", "s", "From sending a statement to the end of its transaction.");
    private static readonly UpDownCounter<int> Depth = Telemetry.Meter.CreateUpDownCounter<int>("patterns.postgres.group.queue_depth", "{request}", "Requests that are queued.");
    private static readonly Counter<long> Splits = Telemetry.Meter.CreateCounter<long>("patterns.postgres.group.splits", "{batch}", "Batches that were halved to find a bad or blocked request.");
    private static readonly Counter<long> Bad = Telemetry.Meter.CreateCounter<long>("patterns.postgres.group.poisoned", "{request}", "Requests whose own row made their statement fail.");
    private static readonly Counter<long> Full = Telemetry.Meter.CreateCounter<long>("patterns.postgres.group.rejected", "{request}", "Requests that met a full queue.");
    private static readonly Counter<long> Open = Telemetry.Meter.CreateCounter<long>("patterns.postgres.group.unknown_outcomes", "{request}", "Requests whose connection was lost after sending.");

    private readonly KeyValuePair<string, object?> _group = new("group", name);

    public static void Entered<TRequest, TResult>(GroupCall<TRequest, TResult> call)
    {
        call.EnteredAt = QueueWait.Enabled ? Stopwatch.GetTimestamp() : 0;
        call.Caller = Telemetry.Source.HasListeners() ? Activity.Current?.Context ?? default : default;
    }

    public void Waited<TRequest, TResult>(GroupBatch<TRequest, TResult> batch)
    {
        if (!QueueWait.Enabled)
            return;

        foreach (var call in batch.Calls)
        {
            if (call.EnteredAt != 0)
                QueueWait.Record(Stopwatch.GetElapsedTime(call.EnteredAt).TotalSeconds, _group);
        }
    }

    /// <summary>A span that is linked to its callers' spans, which are many and so cannot be its parents.</summary>
    public Activity? Sending<TRequest, TResult>(GroupBatch<TRequest, TResult> batch, BatchPart part)
    {
        if (BatchSize.Enabled)
            BatchSize.Record(part.Count, _group);
        if (!Telemetry.Source.HasListeners())
            return null;

        var links = new List<ActivityLink>();
        foreach (var call in batch.Calls.Slice(part.From, part.Count))
        {
            if (call.Caller != default)
                links.Add(new(call.Caller));
        }

        return Telemetry.Source.StartActivity("group_commit", ActivityKind.Client, parentContext: default, [_group, new("db.operation.batch.size", part.Count)], links);
    }

    public static long Start() => Duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public void Sent(long started)
    {
        if (started != 0)
            Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, _group);
    }

    public void Queued(int calls) => Depth.Add(calls, _group);

    public void Split() => Splits.Add(1, _group);

    public void Poisoned() => Bad.Add(1, _group);

    public void Rejected() => Full.Add(1, _group);

    public void Unknown(int calls) => Open.Add(calls, _group);
}
