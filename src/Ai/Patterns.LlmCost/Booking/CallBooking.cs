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
                var book = await prices.ReadAsync(cancellationToken).ConfigureAwait(false);
                await partitions.EnsureAsync(call, cancellationToken).ConfigureAwait(false);
                await group.RunAsync(Priced(book, call), cancellationToken).ConfigureAwait(false);
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
        var priced = Priced(await prices.ReadAsync(cancellationToken).ConfigureAwait(false), call);
        await partitions.EnsureAsync(call, cancellationToken).ConfigureAwait(false);
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

    private static PricedCall Priced(PriceBook book, LlmCall call) => new(call, (decimal?)Price(book, call)?.Value);

    private static PicoUsd? Price(PriceBook book, LlmCall call) => call.State == LlmCallState.Failed
        ? PicoUsd.Zero
        : book.Price(call.Provider, call.Model, call.Tier, call.Region, call.StartedAt ?? CallTime.Of(call.CallId), call.Usage);
}
