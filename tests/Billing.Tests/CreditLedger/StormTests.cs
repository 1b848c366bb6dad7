using Npgsql;
using Patterns.CreditLedger;
using Patterns.DevServers;

namespace Billing.Tests.CreditLedger;

public sealed class StormTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("CreditLedger", 14)]
    [Guarantee("CreditLedger", 1)]
    public async Task While_64_writers_do_everything_at_once_no_snapshot_breaks_an_invariant()
    {
        var rounds = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 500 : 40;
        var seed = Random.Shared.Next();
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await using var other = ledger.Through(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(new("t0"), "first", "paid", 100), Ct);
        await using var reader = await InvariantReader.StartAsync(other.Audit);

        await Task.WhenAll(Enumerable.Range(0, 64).Select(writer => Task.Run(async () =>
        {
            var (random, credits) = (new Random(seed + writer), (writer % 4 == 0 ? other : ledger).Ledger);
            for (var round = 0; round < rounds; round++)
                await WriteAsync(credits, random, $"{writer}-{round}");
        })));

        (await reader.StopAsync()).Should().BeEmpty($"seed {seed}");
        reader.Snapshots.Should().BeGreaterThan(2);
    }

    [Fact]
    [Guarantee("CreditLedger", 16)]
    public async Task Five_hundred_spends_that_wait_together_are_one_transaction()
    {
        await using var server = await DevServers.StartPostgresAsync(new() { Shared = false, Durable = true }, Ct);
        await using var ledger = await AuditedLedger.NewAsync(server.ConnectionString());
        var account = AuditedLedger.Account();
        await ledger.Ledger.GrantAsync(new(account, "g", "paid", 10_000), Ct);
        await using var blocker = await ledger.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await blocker.BeginTransactionAsync(Ct);
        await using (var block = new NpgsqlCommand(ledger.Postgres.Sql("LOCK TABLE {schema}.credit_ledger_lots IN ACCESS EXCLUSIVE MODE"), blocker, transaction))
            await block.ExecuteNonQueryAsync(Ct);
        var calls = new List<Task<SpendResult>> { ledger.Ledger.SpendAsync(new(account, "first", 1), Ct) };
        await Eventually.HoldsAsync("the first spend waits for the table", async () => await ledger.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
        var before = await ledger.ScalarAsync<long>("SELECT wal_sync FROM pg_stat_wal");

        for (var i = 0; i < 512; i++)
            calls.Add(ledger.Ledger.SpendAsync(new(account, $"s{i}", 1), Ct));
        await transaction.RollbackAsync(Ct);
        await blocker.DisposeAsync();
        (await Task.WhenAll(calls)).Should().OnlyContain(r => r.Outcome == SpendOutcome.Spent);

        (await ledger.ScalarAsync<long>("SELECT count(DISTINCT xmin::text) FROM {schema}.credit_ledger_entries WHERE op_key LIKE 's%'")).Should().Be(1);
        await ledger.DisposeAsync();
        await using var look = await OpenAsync(server);
        await using var sessions = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()", look);
        await using var syncs = new NpgsqlCommand("SELECT wal_sync FROM pg_stat_wal", look);
        // A backend reports what it did when it ends at the latest.
        await Eventually.HoldsAsync("the sessions have ended", async () => (long)(await sessions.ExecuteScalarAsync(Ct))! == 0);
        ((long)(await syncs.ExecuteScalarAsync(Ct))! - before).Should().BeInRange(1, 60, "two batches, what the server writes by itself, and what was done before and is only now reported");
    }

    private static async Task<NpgsqlConnection> OpenAsync(DevPostgres server)
    {
        var connection = new NpgsqlConnection(server.ConnectionString() + ";Pooling=false");
        await connection.OpenAsync(Ct);
        return connection;
    }

    private static async Task WriteAsync(ICreditLedger credits, Random random, string key)
    {
        var account = new AccountId($"t{random.Next(5)}");
        switch (random.Next(10))
        {
            case 0:
                await credits.GrantAsync(new(account, key, random.Next(2) == 0 ? "paid" : "free", random.Next(1, 100)) { CostMinor = random.Next(500), Currency = "usd" }, Ct);
                break;
            case 1:
                await credits.HoldAsync(new(account, key, random.Next(1, 30)), Ct);
                await credits.SettleAsync(new(account, key, random.Next(0, 30), Overage: (SettleOverage)random.Next(3)), Ct);
                break;
            case 2:
                await credits.HoldAsync(new(account, key, random.Next(1, 30)), Ct);
                await credits.ReleaseAsync(account, key, Ct);
                break;
            case 3:
                await credits.SpendAsync(new(account, key, random.Next(1, 20)), Ct);
                await credits.RefundAsync(new(account, key, key), Ct);
                break;
            case 4:
                await credits.GrantAsync(new(account, key, "promo", 10), Ct);
                await credits.RevokeAsync(new(account, key, key, Rule: (ClawbackRule)random.Next(2)), Ct);
                break;
            default:
                await credits.SpendAsync(new(account, key, random.Next(1, 20)), Ct);
                break;
        }
    }
}
