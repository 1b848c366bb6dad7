using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace Kernel.Tests.Postgres;

/// <summary>The statements that the driver sent to one data source's database, from its own spans.</summary>
internal sealed class StatementCount : IAsyncDisposable
{
    private readonly ActivityListener _listener;

    private StatementCount(string user)
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if ((activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) is string sql && activity.GetBaggageItem("count") == user)
                    Statements.Enqueue(sql);
            },
        };
        ActivitySource.AddActivityListener(_listener);
        Root = new Activity("count").AddBaggage("count", user).Start();
    }

    private Activity Root { get; }

    public ConcurrentQueue<string> Statements { get; } = [];

    /// <summary>Counts what this test's own flow of calls sends from now on.</summary>
    public static StatementCount Of(NpgsqlDataSource source) => new(source.GetHashCode().ToString(System.Globalization.CultureInfo.InvariantCulture));

    public ValueTask DisposeAsync()
    {
        Root.Dispose();
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
