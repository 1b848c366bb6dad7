using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>Random operations with jumps of time, each compared with a model that has no database: its answer, the balance, and every lot.</summary>
public abstract class ModelTests(Func<string> connectionString)
{
    private static readonly AccountId Account = new("acme");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Guarantee("CreditLedger", 1)]
    [Guarantee("CreditLedger", 4)]
    [Guarantee("CreditLedger", 10)]
    [Guarantee("CreditLedger", 13)]
    public async Task Random_operations_do_what_the_model_does(int seed)
    {
        var steps = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 10_000 : 600;
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        // The clock stands still but for the jumps, so that both see the same instants.
        await ledger.ExecuteAsync(
            """
            CREATE TABLE {schema}.stopped_clock (at timestamptz NOT NULL);
            INSERT INTO {schema}.stopped_clock VALUES (date_trunc('second', now()));
            CREATE OR REPLACE FUNCTION {schema}.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT c.at FROM {schema}.stopped_clock c $$
            """);
        var play = new ModelPlay(ledger, Account, new Random(seed), await ledger.NowAsync());
        for (var step = 1; step <= steps; step++)
        {
            var said = await play.StepAsync();
            var because = $"seed {seed}, step {step}: {said}";
            var balance = await ledger.Ledger.BalanceAsync(Account, Ct);
            (balance.Available, balance.Held, balance.Debt).Should().Be((play.Model.Available, play.Model.Held, play.Model.Debt), because);
            (await LotsAsync(ledger)).Should().BeEquivalentTo(play.Model.Lots.Select(Figures), because);
            if (step % 100 == 0)
                (await ledger.BreaksAsync()).Should().BeEmpty(because);
        }

        play.Seen.Should().Contain(["Spent", "Replayed", "Conflict", "Insufficient", "InDebt", "Settled", "HoldExpired", "Refunded", "ExceedsSpend", "Revoked"], "what never comes up is not tested");
    }

    private static string Figures(ModelLot lot) =>
        $"{lot.Id} {lot.Pool} {lot.Granted} {lot.Remaining} {lot.Held} {lot.Consumed} {lot.Repaid} {lot.Expired} {lot.Revoked} {lot.Reclaimed} {lot.Moved} {lot.MovedMinor} {lot.Recognised}";

    private static async Task<List<string>> LotsAsync(AuditedLedger ledger)
    {
        await using var command = ledger.Postgres.DataSource.CreateCommand(ledger.Postgres.Sql(
            """
            SELECT concat_ws(' ', l.lot_id, l.pool, l.granted, l.remaining, l.held, l.consumed, l.repaid, l.expired, l.revoked, l.reclaimed, l.moved, l.moved_minor,
                (SELECT coalesce(sum(e.recognised_minor), 0) FROM {schema}.credit_ledger_entries e WHERE e.tenant_id = l.tenant_id AND e.asset = l.asset AND e.lot_id = l.lot_id))
            FROM {schema}.credit_ledger_lots l
            """));
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var lots = new List<string>();
        while (await reader.ReadAsync(Ct))
            lots.Add(reader.GetString(0));
        return lots;
    }
}

public sealed class DirectModelTests(PostgresDatabase database) : ModelTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;

public sealed class PooledModelTests(PostgresDatabase database, PgBouncer pooler) : ModelTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
