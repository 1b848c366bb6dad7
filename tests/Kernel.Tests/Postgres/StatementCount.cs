using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kernel.Tests.Postgres;

/// <summary>The statements that the driver sent for this flow of calls, from its own spans.</summary>
internal sealed class StatementCount : IAsyncDisposable
{
    private readonly ActivityListener _listener;

    private StatementCount(string flow)
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if ((activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) is string sql && activity.GetBaggageItem("count") == flow)
                    Statements.Enqueue(sql);
            },
        };
        ActivitySource.AddActivityListener(_listener);
        Root = new Activity("count").AddBaggage("count", flow).Start();
    }

    private Activity Root { get; }

    public ConcurrentQueue<string> Statements { get; } = [];

    public static StatementCount Start() => new(Guid.CreateVersion7().ToString());

    public ValueTask DisposeAsync()
    {
        Root.Dispose();
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
