using Npgsql;
using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>What a spend reads does not grow with the account. Plans are made before the tables have grown, as in production.</summary>
public sealed class PlanTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task A_spend_reads_the_lots_that_it_takes_from_and_no_entry_of_another_key(int lots)
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await using var connection = await ledger.Postgres.DataSource.OpenConnectionAsync(Ct);
        await ledger.Ledger.GrantAsync(new(Account, "first", "paid", 100), Ct);
        for (var i = 0; i < 8; i++)
            await SpendAsync($"warm{i}", 1);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => ledger.Ledger.GrantAsync(new(Account, $"g{i}", "paid", 100), Ct)));
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => ledger.Ledger.SpendAsync(new(Account, $"s{i}", 1), Ct)));

        var (ofLots, ofEntries) = await SpendAsync("measured", lots * 100);

        ofLots.Should().BeInRange(1, 5 * (lots + 2));
        ofEntries.Should().BeLessThan(10);

        async Task<(long Lots, long Entries)> SpendAsync(string key, long amount)
        {
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            (await ledger.Ledger.SpendAsync(transaction, new(Account, key, amount), Ct)).Outcome.Should().Be(SpendOutcome.Spent);
            await using var look = new NpgsqlCommand(
                """
                SELECT (sum(idx_tup_fetch + seq_tup_read) FILTER (WHERE relname = 'credit_ledger_lots'))::bigint, (sum(idx_tup_fetch + seq_tup_read) FILTER (WHERE relname LIKE 'credit_ledger_entries%'))::bigint
                FROM pg_stat_xact_user_tables WHERE schemaname = $1
                """, connection, transaction) { Parameters = { new() { Value = ledger.Postgres.Schema.Trim('"') } } };
            await using var reader = await look.ExecuteReaderAsync(Ct);
            await reader.ReadAsync(Ct);
            var read = (reader.GetInt64(0), reader.GetInt64(1));
            await reader.DisposeAsync();
            await transaction.CommitAsync(Ct);
            return read;
        }
    }
}
