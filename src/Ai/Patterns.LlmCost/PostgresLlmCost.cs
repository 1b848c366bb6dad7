using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.LlmCost;

/// <summary>The parts behind the interface.</summary>
internal sealed class PostgresLlmCost(
    CallChecks checks,
    CallBooking booking,
    CallQueue queue,
    BudgetBook budgets,
    Margins margins,
    IOptions<LlmCostOptions> options,
    TimeProvider time,
    ILoggerFactory? loggers = null) : ILlmCost, IClientSettings
{
    LlmCostOptions IClientSettings.Options { get; } = options.Value;

    TimeProvider IClientSettings.Time => time;

    ILogger IClientSettings.Logger { get; } = Log.For(loggers);

    public ValueTask RecordAsync(LlmCall call, CancellationToken cancellationToken = default)
    {
        checks.Check(call);
        return booking.RecordAsync(call, cancellationToken);
    }

    public Task RecordAsync(LlmCall call, NpgsqlTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        checks.Check(call);
        return booking.RecordAsync(call, transaction, cancellationToken);
    }

    public ValueTask QueueAsync(LlmCall call, CancellationToken cancellationToken = default)
    {
        checks.Check(call);
        return queue.AddAsync(call, cancellationToken);
    }

    public Task FlushAsync(CancellationToken cancellationToken = default) => queue.FlushAsync(cancellationToken);

    public PicoUsd? Price(LlmCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return booking.Price(call);
    }

    public ValueTask<SpendAnswer> CanSpendAsync(string tenantId, LlmEstimate estimate, CancellationToken cancellationToken = default) => budgets.CanSpendAsync(tenantId, estimate, cancellationToken);

    public Task<SpendAnswer> ReserveAsync(string tenantId, Guid callId, LlmEstimate estimate, CancellationToken cancellationToken = default) => budgets.ReserveAsync(tenantId, callId, estimate, cancellationToken);

    public IAsyncEnumerable<TenantMargin> MarginsAsync(Month month, CancellationToken cancellationToken = default) => margins.ReadAsync(month, cancellationToken);
}
