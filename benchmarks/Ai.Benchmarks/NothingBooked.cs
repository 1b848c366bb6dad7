using Npgsql;
using Patterns.LlmCost;

namespace Ai.Benchmarks;

/// <summary>A ledger that takes every call and keeps none, so that a client's own share is seen.</summary>
internal sealed class NothingBooked : ILlmCost
{
    public ValueTask RecordAsync(LlmCall call, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public Task RecordAsync(LlmCall call, NpgsqlTransaction transaction, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public ValueTask QueueAsync(LlmCall call, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public Task FlushAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public PicoUsd? Price(LlmCall call) => null;

    public ValueTask<SpendAnswer> CanSpendAsync(string tenantId, LlmEstimate estimate, CancellationToken cancellationToken = default) => new(new SpendAnswer(Allowed: true, Remaining: null));

    public Task<SpendAnswer> ReserveAsync(string tenantId, Guid callId, LlmEstimate estimate, CancellationToken cancellationToken = default) => Task.FromResult(new SpendAnswer(Allowed: true, Remaining: null));

    public IAsyncEnumerable<TenantMargin> MarginsAsync(Month month, CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<TenantMargin>();
}
