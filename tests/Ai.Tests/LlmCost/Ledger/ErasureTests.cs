using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Tenants that ask to be forgotten.</summary>
public sealed class ErasureTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("LlmCost", 14)]
    public async Task An_erased_tenant_is_in_no_table_and_its_money_and_counts_are_all_there()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var month = Month.Of(at);
        var run = Guid.CreateVersion7();
        var late = LedgerHost.Call("acme", at) with { Feature = "late" };
        await host.BookAsync([late, .. Enumerable.Range(0, 1_500).Select(i => LedgerHost.Call("acme", at.AddSeconds(i), i) with { UserId = $"alice{i % 3}@acme", RunId = run, Feature = "chat" }), LedgerHost.Call("other", at)]);
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(5), cancellationToken: Ct);
        await host.Ledger.SetRevenueAsync(new("acme", month, 1_000, "usd", 0.01m), Ct);
        await host.Costs.ReserveAsync("acme", Guid.CreateVersion7(), new LlmEstimate("openai", "small", new LlmUsage { Input = 1 }), Ct);
        await host.Ledger.ReconcileAsync(new("in_1", "openai", month, [new(month.FirstDay, "small", PicoUsd.FromUsd(5))]), Ct);
        await host.Ledger.AllocateResidualAsync("in_1", Ct);
        await host.Ledger.CloseAsync(month, Ct);
        await host.BookAsync(late with { Revision = 1, Usage = new LlmUsage { Input = 4_000_000 } });
        var before = await host.MarginsAsync(month);
        var days = await host.Ledger.DailyCostsAsync(month.FirstDay, month.End.AddMonths(1), cancellationToken: Ct).ToListAsync(Ct);

        var digest = await host.Ledger.EraseTenantAsync("acme", Ct);

        digest.Should().MatchRegex("^erased-[0-9a-f]{32}$");
        (await host.MarginsAsync(month)).Should().BeEquivalentTo(before.Select(margin => margin.TenantId == "acme" ? margin with { TenantId = digest } : margin));
        (await host.Ledger.DailyCostsAsync(month.FirstDay, month.End.AddMonths(1), cancellationToken: Ct).ToListAsync(Ct))
            .Should().BeEquivalentTo(days.Select(day => day.TenantId == "acme" ? day with { TenantId = digest } : day));
        (await host.BreaksAsync()).Should().BeEmpty();
        (await TablesNamingAsync(host, "acme")).Should().BeEmpty();
        (await TablesNamingAsync(host, run.ToString())).Should().BeEmpty();
        (await host.ScalarAsync<long>("SELECT count(DISTINCT user_id) FROM {schema}.llm_cost_calls WHERE user_id IS NOT NULL")).Should().Be(3, "users stay apart");
    }

    [Fact]
    [Guarantee("LlmCost", 14)]
    public async Task An_erasure_that_was_cut_short_is_whole_at_each_commit_and_finished_by_the_next()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        await host.BookAsync([.. Enumerable.Range(0, 2_300).Select(i => LedgerHost.Call("acme", at.AddSeconds(i)))]);
        // The second batch fails.
        await host.ExecuteAsync(
            """
            CREATE SEQUENCE {schema}.batches;
            CREATE FUNCTION {schema}.fail_second() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('{schema}.batches') = 2 THEN RAISE EXCEPTION 'cut'; END IF; RETURN NULL; END $$;
            CREATE TRIGGER fail_second AFTER UPDATE ON {schema}.llm_cost_calls FOR EACH STATEMENT EXECUTE FUNCTION {schema}.fail_second()
            """);

        await host.Invoking(h => h.Ledger.EraseTenantAsync("acme", Ct)).Should().ThrowAsync<Npgsql.PostgresException>();
        (await host.BreaksAsync()).Should().BeEmpty();
        (await host.CostAsync(Month.Of(at))).Should().Be(PicoUsd.FromUsd(2_300));
        (await host.CostAsync(Month.Of(at), "acme")).Should().Be(PicoUsd.FromUsd(1_300));
        var digest = await host.Ledger.EraseTenantAsync("acme", Ct);

        (await host.CostAsync(Month.Of(at), digest)).Should().Be(PicoUsd.FromUsd(2_300));
        (await host.BreaksAsync()).Should().BeEmpty();
        (await TablesNamingAsync(host, "acme")).Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Guarantee("LlmCost", 14)]
    public async Task A_tenant_whose_usage_came_after_its_erasure_can_be_erased_again(bool closed)
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var call = LedgerHost.Call("acme", at);
        LlmCall[] late = [call with { Revision = 1, Usage = new LlmUsage { Input = 2_000_000 } }, call with { Attempt = 2, Revision = 1 }];
        await host.BookAsync(call, call with { Attempt = 2 }, call with { Attempt = 3 });
        if (closed)
            await host.Ledger.CloseAsync(Month.Of(at), Ct);
        await host.BookAsync(late);
        var digest = await host.Ledger.EraseTenantAsync("acme", Ct);
        await host.BookAsync(late);
        var before = await CostAsync(host, at);

        (await host.Ledger.EraseTenantAsync("acme", Ct)).Should().Be(digest);

        (await TablesNamingAsync(host, "acme")).Should().BeEmpty();
        (await CostAsync(host, at)).Should().Be(before).And.Be(PicoUsd.FromUsd(7));
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Days_whose_rows_were_dropped_by_their_age_are_erased_too()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        await host.BookAsync(LedgerHost.Call("acme", at));
        await host.ExecuteAsync("DELETE FROM {schema}.llm_cost_calls");

        var digest = await host.Ledger.EraseTenantAsync("acme", Ct);

        (await host.CostAsync(Month.Of(at), digest)).Should().Be(PicoUsd.FromUsd(1));
        (await TablesNamingAsync(host, "acme")).Should().BeEmpty();
    }

    [Fact]
    public async Task Without_a_key_erasing_is_refused()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString, configure: static o => o.ErasureKey = null);

        (await host.Invoking(h => h.Ledger.EraseTenantAsync("acme", Ct)).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*ErasureKey*");
        await host.Invoking(h => h.Ledger.EraseTenantAsync("", Ct)).Should().ThrowAsync<ArgumentException>();
    }

    private static async Task<PicoUsd> CostAsync(LedgerHost host, DateTimeOffset at) => await host.CostAsync(Month.Of(at)) + await host.CostAsync(Month.Of(await host.NowAsync()));

    private static async Task<List<string>> TablesNamingAsync(LedgerHost host, string text)
    {
        await using var command = host.Postgres.DataSource.CreateCommand(host.Postgres.Sql(
            """
            SELECT c.relname::text
            FROM pg_class c
            WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname LIKE 'llm_cost%'
                AND query_to_xml(format('SELECT 1 FROM {schema}.%I t WHERE t::text LIKE %L LIMIT 1', c.relname, '%' || $1 || '%'), false, false, '')::text LIKE '%<row>%'
            """));
        command.Parameters.Add(new() { Value = text });
        await using var row = await command.ExecuteReaderAsync(Ct);
        var tables = new List<string>();
        while (await row.ReadAsync(Ct))
            tables.Add(row.GetString(0));
        return tables;
    }
}
