using System.Collections.Concurrent;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>The months that calls are kept in: asks the database once for each month and process.</summary>
internal sealed class CallPartitions(ITimePartitions partitions)
{
    public const string Calls = "llm_cost_calls";

    private readonly ConcurrentDictionary<Month, bool> _there = new();

    public ValueTask EnsureAsync(LlmCall call, CancellationToken cancellationToken)
    {
        var at = CallTime.Of(call.CallId);
        var month = Month.Of(at);
        return _there.ContainsKey(month) ? ValueTask.CompletedTask : MakeAsync(month, at, cancellationToken);
    }

    /// <summary>What was known is asked again.</summary>
    public void Forget(LlmCall call) => _there.TryRemove(Month.Of(CallTime.Of(call.CallId)), out _);

    private async ValueTask MakeAsync(Month month, DateTimeOffset at, CancellationToken cancellationToken)
    {
        try
        {
            await partitions.EnsureAsync(Calls, at, cancellationToken).ConfigureAwait(false);
            _there[month] = true;
        }
        catch (Exception e) when (e is PostgresException { SqlState: "42501" } or InvalidOperationException or ArgumentOutOfRangeException)
        {
            // Without the right to make it this process relies on others; if they have not, the statement says so.
        }
    }
}
