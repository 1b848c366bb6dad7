using Npgsql;
using Patterns.CreditLedger;
using Patterns.Postgres;

namespace Billing.Tests.CreditLedger;

/// <summary>Processes and connections that end at every line of an operation; then all keys again, and the invariants.</summary>
public sealed class CrashTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("CreditLedger", 18)]
    public async Task However_often_a_process_is_killed_each_key_is_spent_once_and_what_was_answered_is_there()
    {
        var rounds = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 40 : 3;
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 1_000_000) { CostMinor = 999_999, Currency = "usd" }, Ct);
        var (tried, done) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        for (var round = 0; round < rounds; round++)
        {
            await using var child = ChildProcess.Start("SpendCredits", database.ConnectionString, ledger.Postgres.Schema.Trim('"'), $"r{round}");
            await child.WaitForLineAsync("ready", Ct);
            for (var answers = 0; answers < 300 + (17 * round);)
            {
                var line = await child.ReadLineAsync(Ct);
                (line.StartsWith("try ", StringComparison.Ordinal) ? (ICollection<string>)tried : done).Add(line[(line.IndexOf(' ') + 1)..]);
                answers += line[0] == 'd' ? 1 : 0;
            }

            await child.KillAsync();
        }

        var again = await Task.WhenAll(tried.Select(key => ledger.Ledger.SpendAsync(new(Account, key, 1), Ct)));

        again.Should().OnlyContain(r => r.Outcome == SpendOutcome.Replayed || r.Outcome == SpendOutcome.Spent);
        tried.Zip(again).Where(pair => done.Contains(pair.First)).Should().OnlyContain(pair => pair.Second.Outcome == SpendOutcome.Replayed);
        var keys = await ledger.ScalarAsync<long>("SELECT count(DISTINCT op_key) FROM {schema}.credit_ledger_entries WHERE kind = 2");
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Available.Should().Be(1_000_000 - keys);
        (await ledger.ScalarAsync<long>("SELECT count(*) FROM {schema}.credit_ledger_entries WHERE kind = 2")).Should().Be(keys);
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    public static TheoryData<string, Func<ICreditLedger, string, Task<string>>> Operations => new()
    {
        { "grant", async (ledger, key) => (await ledger.GrantAsync(new(Account, key, "paid", 7), Ct)).Outcome.ToString() },
        { "spend", async (ledger, key) => (await ledger.SpendAsync(new(Account, key, 7), Ct)).Outcome.ToString() },
        { "spend of two lots", async (ledger, key) => (await ledger.SpendAsync(new(Account, key, 75), Ct)).Outcome.ToString() },
        { "hold", async (ledger, key) => (await ledger.HoldAsync(new(Account, key, 7), Ct)).Outcome.ToString() },
        { "settle", async (ledger, key) => (await ledger.SettleAsync(new(Account, "hold", 3, Key: key), Ct)).Outcome.ToString() },
        { "settle nothing", async (ledger, key) => (await ledger.SettleAsync(new(Account, "hold", 0, Key: key), Ct)).Outcome is var outcome && outcome == SettleOutcome.AlreadySettled ? "Replayed" : outcome.ToString() },
        { "refund", async (ledger, key) => (await ledger.RefundAsync(new(Account, "spend", key, 5), Ct)).Outcome.ToString() },
        { "revoke", async (ledger, key) => (await ledger.RevokeAsync(new(Account, "g", key, 5), Ct)).Outcome.ToString() },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    [Guarantee("CreditLedger", 18)]
    public async Task A_connection_lost_around_the_commit_is_asked_about_once_more(string name, Func<ICreditLedger, string, Task<string>> operation)
    {
        foreach (var applied in new[] { false, true })
        {
            await using var proxy = PostgresProxy.Start(database.ConnectionString);
            await using var direct = await NewAsync();
            await using var ledger = direct.Through(proxy.ConnectionString);
            await ledger.Ledger.BalanceAsync(Account, Ct);
            var entries = (await direct.EntriesAsync(Account)).Count;
            if (applied)
                proxy.CutAfter("cut-here");
            else
                proxy.CutBefore("cut-here");

            var first = await operation(ledger.Ledger, "cut-here");

            proxy.Cuts.Should().Be(1);
            first.Should().BeOneOf(["Granted", "Spent", "Held", "Settled", "Refunded", "Revoked"], $"{name} is answered as if nothing had happened");
            var after = (await direct.EntriesAsync(Account)).Count;
            after.Should().BeGreaterThan(entries);
            (await operation(ledger.Ledger, "cut-here")).Should().Be("Replayed");
            (await direct.EntriesAsync(Account)).Should().HaveCount(after);
            (await direct.BreaksAsync()).Should().BeEmpty();
        }
    }

    [Fact]
    [Guarantee("CreditLedger", 12)]
    public async Task That_the_watermark_was_crossed_is_not_lost_with_the_connection()
    {
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        await using var direct = await NewAsync();
        await using var ledger = direct.Through(proxy.ConnectionString);
        await ledger.Ledger.ConfigureAsync(Account, new(LowWatermark: 88), Ct);
        proxy.CutAfter("cut-here");

        (await ledger.Ledger.SpendAsync(new(Account, "cut-here", 7), Ct)).CrossedLowWatermark.Should().BeTrue();
        (await ledger.Ledger.SpendAsync(new(Account, "next", 7), Ct)).CrossedLowWatermark.Should().BeFalse();
        proxy.Cuts.Should().Be(1);
    }

    [Fact]
    [Guarantee("CreditLedger", 18)]
    public async Task Lost_twice_the_outcome_is_unknown_and_the_same_key_tells()
    {
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        await using var direct = await NewAsync();
        await using var ledger = direct.Through(proxy.ConnectionString);
        proxy.CutAfter("cut-here", () =>
        {
            proxy.CutAfter("cut-here");
            return Task.CompletedTask;
        });

        var lost = ledger.Ledger.SpendAsync(new(Account, "cut-here", 7), Ct);

        await lost.Awaiting(call => call).Should().ThrowAsync<OutcomeUnknownException>();
        (await ledger.Ledger.SpendAsync(new(Account, "cut-here", 7), Ct)).Outcome.Should().Be(SpendOutcome.Replayed);
        (await direct.BreaksAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("credit_ledger_lots")]
    [InlineData("credit_ledger_entries")]
    [Guarantee("CreditLedger", 18)]
    public async Task A_backend_that_is_ended_within_the_function_leaves_nothing_and_the_library_asks_again(string table)
    {
        await using var ledger = await NewAsync();
        await using var blocker = await ledger.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await blocker.BeginTransactionAsync(Ct);
        await using (var block = new NpgsqlCommand(ledger.Postgres.Sql($"LOCK TABLE {{schema}}.{table} IN ACCESS EXCLUSIVE MODE"), blocker, transaction))
            await block.ExecuteNonQueryAsync(Ct);
        var calls = Enumerable.Range(0, 20).Select(i => ledger.Ledger.SpendAsync(new(Account, $"s{i}", 1), Ct)).ToList();

        await Eventually.HoldsAsync("a backend waits in the function and is ended", async () => await ledger.ScalarAsync<long>(
            """
            SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid), pg_terminate_backend(l.pid)
            WHERE NOT l.granted AND a.datname = current_database() AND a.query LIKE '%"{schema}".credit_ledger_apply%'
            """.Replace("\"{schema}\"", "{schema}", StringComparison.Ordinal)) > 0);
        await transaction.RollbackAsync(Ct);

        (await Task.WhenAll(calls)).Should().OnlyContain(r => r.Outcome == SpendOutcome.Spent);
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Available.Should().Be(70);
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    /// <summary>90 credits are available in two lots, 10 are held.</summary>
    private async Task<AuditedLedger> NewAsync()
    {
        var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "f", "free", 60), Ct);
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 60), Ct);
        await ledger.Ledger.SpendAsync(new(Account, "spend", 20), Ct);
        await ledger.Ledger.HoldAsync(new(Account, "hold", 10), Ct);
        return ledger;
    }
}
