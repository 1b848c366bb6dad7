using System.Collections.Concurrent;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>The months that calls are kept in: asks the database once for each month and process.</summary>
internal sealed class CallPartitions(ITimePartitions partitions)
{
    public const string Calls = "llm_cost_calls";

    private readonly ConcurrentDictionary<Month, bool> _there = new();
    private readonly ConcurrentDictionary<Month, Lazy<Task>> _making = new();

    public ValueTask EnsureAsync(LlmCall call, CancellationToken cancellationToken)
    {
        var at = CallTime.Of(call.CallId);
        var month = Month.Of(at);
        if (_there.ContainsKey(month))
            return ValueTask.CompletedTask;

        // The first callers of a month share one question: each on a connection of its own, they could be more than the server takes.
        return new(_making.GetOrAdd(month, _ => new(() => MakeAsync(month, at))).Value.WaitAsync(cancellationToken));
    }

    /// <summary>What was known is asked again.</summary>
    public void Forget(LlmCall call) => _there.TryRemove(Month.Of(CallTime.Of(call.CallId)), out _);

    private async Task MakeAsync(Month month, DateTimeOffset at)
    {
        try
        {
            await partitions.EnsureAsync(Calls, at, CancellationToken.None).ConfigureAwait(false);
            _there[month] = true;
        }
        catch (Exception e) when (e is PostgresException { SqlState: "42501" } or InvalidOperationException or ArgumentOutOfRangeException)
        {
            // Without the right to make it this process relies on others; if they have not, the statement says so.
        }
        finally
        {
            _making.TryRemove(month, out _);
        }
    }
}
