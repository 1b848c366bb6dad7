using System.Runtime.CompilerServices;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Books calls: together with others' and committed at once, or inside a caller's transaction.</summary>
internal sealed class CallBooking(IPostgres postgres, GroupCommit<PricedCall, bool> group, CurrentPrices prices, CallPartitions partitions)
{
    private readonly BookStatement _statement = new(postgres);

    public PicoUsd? Price(LlmCall call) => Price(prices.Book, call);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RecordAsync(LlmCall call, CancellationToken cancellationToken)
    {
        for (var again = false; ; again = true)
        {
            try
            {
                await prices.ReadAsync(cancellationToken).ConfigureAwait(false);
                await partitions.EnsureAsync(call, cancellationToken).ConfigureAwait(false);
                await group.RunAsync(await PricedAsync(call, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException e) when (!again && PostgresErrors.Classify(e) == PostgresFault.NoPartition)
            {
                // It was known and is gone: somebody dropped it, or another database has this one's name.
                partitions.Forget(call);
            }
        }
    }

    public async Task RecordAsync(LlmCall call, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await prices.ReadAsync(cancellationToken).ConfigureAwait(false);
        await partitions.EnsureAsync(call, cancellationToken).ConfigureAwait(false);
        var priced = await PricedAsync(call, cancellationToken).ConfigureAwait(false);
        await postgres.JoinAsync(
            transaction,
            async (joined, token) =>
            {
                var command = new NpgsqlCommand(_statement.SqlOfEach, joined.Connection, joined);
                await using (command.ConfigureAwait(false))
                {
                    BookStatement.BindEach(command.Parameters, [priced]);
                    await postgres.PrepareAsync(command, token).ConfigureAwait(false);
                    return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<PricedCall> PricedAsync(LlmCall call, CancellationToken cancellationToken) =>
        new(call, (decimal?)Price(await prices.ReadAsync(cancellationToken).ConfigureAwait(false), call)?.Value);

    private static PicoUsd? Price(PriceBook book, LlmCall call) => call.State == LlmCallState.Failed
        ? PicoUsd.Zero
        : book.Price(call.Provider, call.Model, call.Tier, call.Region, call.StartedAt ?? CallTime.Of(call.CallId), call.Usage);
}
