using Npgsql;

namespace Ai.Tests.LlmCost;

/// <summary>What booking reads does not grow with the tables. Plans are made before these have grown, as in production.</summary>
public sealed class BookPlanTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Booking_reads_its_own_rows_only()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        await using var connection = await host.Postgres.DataSource.OpenConnectionAsync(Ct);
        for (var i = 0; i < 8; i++)
            await ReadAsync();
        await host.BookAsync([.. Enumerable.Range(0, 1_000).Select(i => BookedCalls.Now($"t{i}"))]);
        await host.ExecuteAsync(
            "INSERT INTO {schema}.llm_cost_reservations (tenant_id, call_id, pico_usd, expires_at) SELECT 't' || n, ('01a20314-6306-7a19-82c3-' || lpad(n::text, 12, '0'))::uuid, 1, 'infinity' FROM generate_series(1, 1000) n");

        (await ReadAsync()).Should().BeLessThan(200, "a look at all rows of a table would read 1,000");

        async Task<long> ReadAsync()
        {
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            var call = BookedCalls.Now("acme");
            await host.Costs.RecordAsync(call, transaction, Ct);
            await host.Costs.RecordAsync(call with { Revision = 1 }, transaction, Ct);
            await using var look = new NpgsqlCommand(
                "SELECT coalesce(sum(coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0)), 0)::bigint FROM pg_stat_xact_user_tables WHERE schemaname = $1 AND relname ~ 'llm_cost_(calls|daily|res)'", connection, transaction)
            {
                Parameters = { new() { Value = host.Postgres.Schema.Trim('"') } },
            };
            var read = (long)(await look.ExecuteScalarAsync(Ct))!;
            await transaction.CommitAsync(Ct);
            return read;
        }
    }
}
