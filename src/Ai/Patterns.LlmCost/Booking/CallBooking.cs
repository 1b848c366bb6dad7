using Npgsql;

namespace Patterns.LlmCost;

/// <summary>Books calls: at once in a group, within a transaction, or by way of the queue.</summary>
internal sealed class CallBooking
{
    public ValueTask RecordAsync(LlmCall call, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public Task RecordAsync(LlmCall call, NpgsqlTransaction transaction, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask QueueAsync(LlmCall call, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
