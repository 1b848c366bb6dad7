using Npgsql;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>The stand-alone form: what a scope sets, for how long, and what runs without one.</summary>
public abstract class ScopeTests(Func<Route> route)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsSession", 1)]
    public async Task A_tenant_sees_and_changes_its_own_rows_and_nobody_elses()
    {
        await using var tenants = await Tenants.NewAsync(route());
        (await tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1), ('a', 2)")).Should().Be(2);
        await tenants.ExecuteAsync("b", "INSERT INTO {items} VALUES ('b', 1)");

        (await tenants.ScalarAsync<long>("a", "SELECT count(*) FROM {items}")).Should().Be(2);
        (await tenants.ScalarAsync<long>("b", "SELECT count(*) FROM {items}")).Should().Be(1);
        (await tenants.ScalarAsync<long>("nobody", "SELECT count(*) FROM {items}")).Should().Be(0);
        (await tenants.ExecuteAsync("b", "UPDATE {items} SET body = 'b was here'")).Should().Be(1);
        (await tenants.ExecuteAsync("b", "DELETE FROM {items} WHERE tenant_id = 'a'")).Should().Be(0);
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items} WHERE body <> ''")).Should().Be(1);
        await tenants.Invoking(t => t.ExecuteAsync("a", "INSERT INTO {items} VALUES ('b', 7)")).Should().ThrowAsync<PostgresException>().Where(e => e.SqlState == "42501");
        await tenants.Invoking(t => t.ExecuteAsync("a", "UPDATE {items} SET tenant_id = 'b' WHERE id = 1")).Should().ThrowAsync<PostgresException>().Where(e => e.SqlState == "42501");
    }

    [Fact]
    [Guarantee("RlsSession", 2)]
    public async Task After_a_call_the_connection_carries_nothing_of_its_scope()
    {
        await using var tenants = await Tenants.NewAsync(route(), pool: "Maximum Pool Size=1;No Reset On Close=true");
        var scope = new TenantScope("a", "ann", Settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["app.plan"] = "gold" });

        (await tenants.ScalarAsync<string>(scope, "SELECT concat_ws(',', current_user, {schema}.tenant_id(), {schema}.user_id(), current_setting('app.plan'))")).Should().Be(tenants.Role + ",a,ann,gold");
        (await tenants.LeftoversAsync()).Should().BeEmpty();
        await tenants.Invoking(t => t.ScalarAsync<int>(scope, "SELECT 1", "SELECT 1 / 0")).Should().ThrowAsync<PostgresException>();

        (await tenants.LeftoversAsync()).Should().BeEmpty();
        (await tenants.ScalarAsync<string>("b", "SELECT coalesce({schema}.user_id(), 'nobody') || coalesce(nullif(current_setting('app.plan', true), ''), ', no plan')")).Should().Be("nobody, no plan");
    }

    [Fact]
    [Guarantee("RlsSession", 3)]
    public async Task The_statements_of_a_call_commit_together_or_not_at_all()
    {
        await using var tenants = await Tenants.NewAsync(route());
        await tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1)", "UPDATE {items} SET body = 'x'", "INSERT INTO {items} VALUES ('a', 2)");

        var failing = () => tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 3)", "DELETE FROM {items}", "INSERT INTO {items} VALUES ('a', 4), ('a', 4)");

        (await failing.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("23505");
        (await tenants.OwnerAsync<string>("SELECT string_agg(id || body, ',' ORDER BY id) FROM {items}")).Should().Be("1x,2");
    }

    [Fact]
    public async Task A_reader_shows_the_callers_results_alone_and_the_batch_stays_as_it_was()
    {
        await using var tenants = await Tenants.NewAsync(route());
        var batch = tenants.Batch("SELECT 1, 2", "INSERT INTO {items} VALUES ('a', 1)", "SELECT 'three'");
        var commands = Commands(batch);

        var seen = await tenants.Session.ReadAsync(new("a"), batch, async (reader, ct) =>
        {
            var rows = new List<string>();
            do
            {
                while (await reader.ReadAsync(ct))
                    rows.Add($"{reader.FieldCount}:{reader.GetValue(0)}");
            }
            while (await reader.NextResultAsync(ct));
            return (Rows: rows, reader.RecordsAffected);
        }, Ct);

        seen.Rows.Should().Equal("2:1", "1:three");
        seen.RecordsAffected.Should().Be(1);
        Commands(batch).Should().Equal(commands);
        batch.Connection.Should().BeNull();
        await tenants.Session.Invoking(s => s.ExecuteAsync(new("a"), batch, Ct)).Should().ThrowAsync<PostgresException>("the row is there already");
        Commands(batch).Should().Equal(commands);
    }

    [Fact]
    public async Task What_the_reading_throws_comes_out_and_undoes_nothing()
    {
        await using var tenants = await Tenants.NewAsync(route());

        await tenants.Session.Invoking(s => s.ReadAsync<int>(new("a"), tenants.Batch("INSERT INTO {items} VALUES ('a', 1)", "SELECT 1"), (_, _) => throw new FormatException("mine"), Ct)).Should().ThrowAsync<FormatException>();

        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(1);
        (await tenants.LeftoversAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_error_of_a_statement_after_those_that_were_read_is_thrown()
    {
        await using var tenants = await Tenants.NewAsync(route());

        var reading = () => tenants.ScalarAsync<int>("a", "SELECT 1", "INSERT INTO {items} VALUES ('a', 1)", "SELECT 1 / 0");

        (await reading.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("22012");
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(0);
    }

    [Fact]
    [Guarantee("RlsSession", 3)]
    public async Task An_error_of_the_commit_itself_is_thrown()
    {
        await using var tenants = await Tenants.NewAsync(route(), seed: "ALTER TABLE {items} ADD CONSTRAINT bodies_differ UNIQUE (tenant_id, body) DEFERRABLE INITIALLY DEFERRED;");
        const string Twice = "INSERT INTO {items} VALUES ('a', 1, 'same'), ('a', 2, 'same')";

        (await tenants.Invoking(t => t.ExecuteAsync("a", Twice)).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("23505");
        (await tenants.Invoking(t => t.ScalarAsync<int>("a", Twice + " RETURNING id")).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("23505");
        await using (var transaction = await tenants.Session.BeginAsync(new("a"), ct: Ct))
            (await transaction.Invoking(t => t.CommitAsync(tenants.Batch(Twice), Ct)).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("23505");

        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(0);
        (await tenants.LeftoversAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("a'; SELECT set_config('app.tenant_id', 'b', true); --")]
    [InlineData("\\")]
    [InlineData("漢字 \u00e9 \ud83d\ude80")]
    [InlineData(" ")]
    public async Task A_tenants_name_is_a_value_whatever_it_looks_like(string tenant)
    {
        await using var tenants = await Tenants.NewAsync(route());

        (await tenants.ScalarAsync<string>(tenant, "SELECT {schema}.tenant_id()")).Should().Be(tenant);
    }

    [Fact]
    [Guarantee("RlsSession", 6)]
    public async Task A_statement_without_a_scope_is_refused_by_the_database()
    {
        await using var tenants = await Tenants.NewAsync(route(), pool: "Maximum Pool Size=1");
        await tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1)");

        // As the scoped role without a tenant: once on a connection that had one, and once where it is set to nothing.
        foreach (var tenant in new[] { "SELECT 1", "SELECT set_config('app.tenant_id', '', true)" })
        {
            var unscoped = () => UnscopedAsync(tenants, tenant, "SELECT count(*) FROM {items}");
            (await unscoped.Should().ThrowAsync<PostgresException>()).Which.Should().Match<PostgresException>(e => e.SqlState == "42501" && e.MessageText == "no tenant is set on this transaction");
            await tenants.Invoking(t => UnscopedAsync(t, tenant, "INSERT INTO {items} VALUES ('a', 2)")).Should().ThrowAsync<PostgresException>().Where(e => e.SqlState == "42501");
        }
    }

    [Fact]
    [Guarantee("RlsSession", 6)]
    public async Task Where_it_does_not_raise_no_tenant_sees_no_row_and_writes_none()
    {
        await using var tenants = await Tenants.NewAsync(route(), o => o.RaiseWhenUnset = false);
        await tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1)");

        (await UnscopedAsync(tenants, "SELECT 1", "SELECT count(*) FROM {items}")).Should().Be(0);
        (await UnscopedAsync(tenants, "SELECT set_config('app.tenant_id', '', true)", "SELECT count(*) FROM {items}")).Should().Be(0);
        await tenants.Invoking(t => UnscopedAsync(t, "SELECT 1", "INSERT INTO {items} VALUES ('a', 2)")).Should().ThrowAsync<PostgresException>().Where(e => e.SqlState == "42501");
        await tenants.Invoking(t => UnscopedAsync(t, "SELECT 1", "INSERT INTO {items} VALUES ('', 2)")).Should().ThrowAsync<PostgresException>().Where(e => e.SqlState == "42501");
    }

    [Theory]
    [InlineData("COMMIT")]
    [InlineData("RESET ROLE")]
    [InlineData("RESET ALL")]
    [InlineData("SELECT set_config('app.tenant_id', '', true)")]
    public async Task After_a_statement_that_takes_the_scope_away_the_batch_fails_closed(string statement)
    {
        await using var tenants = await Tenants.NewAsync(route());
        await tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1)");

        var call = () => tenants.ScalarAsync<long>("a", statement, "SELECT count(*) FROM {items}");

        (await call.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("42501");
        (await tenants.LeftoversAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_cancelled_call_leaves_nothing_and_its_connection_is_good_for_the_next_tenant()
    {
        await using var tenants = await Tenants.NewAsync(route(), pool: "Maximum Pool Size=1");
        using var cancel = new CancellationTokenSource();

        var call = tenants.Session.ExecuteAsync(new("a"), tenants.Batch("INSERT INTO {items} VALUES ('a', 1)", "SELECT pg_sleep(60)"), cancel.Token);
        await Eventually.HoldsAsync("the call sleeps", async () => await tenants.OwnerAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid() AND wait_event = 'PgSleep' AND datname = current_database()") > 0);
        await cancel.CancelAsync();

        await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>();
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(0);
        (await tenants.ScalarAsync<string>("b", "SELECT {schema}.tenant_id()")).Should().Be("b");
        (await tenants.LeftoversAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_connection_that_is_killed_in_the_middle_leaves_nothing_and_nothing_is_repeated()
    {
        await using var tenants = await Tenants.NewAsync(route(), seed: "GRANT pg_signal_backend TO {role};");

        var call = () => tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1)", "SELECT pg_terminate_backend(pg_backend_pid())", "INSERT INTO {items} VALUES ('a', 2)");

        (await call.Should().ThrowAsync<NpgsqlException>()).Which.SqlState.Should().BeOneOf("57P01", "08P01", null);
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(0);
        await Eventually.HoldsAsync("the next call comes through", async () =>
        {
            try
            {
                return await tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1)") == 1;
            }
            catch (NpgsqlException e) when (e.SqlState is null or "57P01" or "08P01")
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task A_copy_into_a_protected_table_is_the_servers_error_with_a_hint_in_the_log()
    {
        await using var tenants = await Tenants.NewAsync(route());

        (await tenants.Invoking(t => t.ExecuteAsync("a", "COPY {items} FROM STDIN")).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("0A000");

        tenants.Log.Entries.Should().ContainSingle(entry => entry.Id == 2 && entry.Text.Contains("COPY FROM does", StringComparison.Ordinal)).Which.Text.Should().Contain("staging table").And.Contain("unnest");
    }

    [Fact]
    public async Task A_batch_that_is_used_again_on_other_connections_runs_its_own_statements()
    {
        await using var tenants = await Tenants.NewAsync(route(), pool: route().Through is null ? "Max Auto Prepare=4;Auto Prepare Min Usages=1" : "");
        await tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1, 'one')");
        var batch = new NpgsqlBatch { BatchCommands = { new(tenants.Name("SELECT body FROM {items} WHERE id = $1")) { Parameters = { new NpgsqlParameter<int> { TypedValue = 1 } } } } };
        var other = new NpgsqlBatch { BatchCommands = { new("SELECT ($1 + 1)::text") { Parameters = { new NpgsqlParameter<int> { TypedValue = 1 } } } } };
        await using var held = await tenants.Source.OpenConnectionAsync(Ct);
        await tenants.Session.ReadAsync(new("a"), batch, Tenants.FirstAsync<string>, Ct);
        await tenants.Session.ReadAsync(new("a"), batch, Tenants.FirstAsync<string>, Ct);
        await using (await tenants.Session.BeginAsync(new("a"), ct: Ct))
        {
            // The first connection is taken, so that these come to another one.
            (await tenants.Session.ReadAsync(new("a"), other, Tenants.FirstAsync<string>, Ct)).Should().Be("2");
            for (var i = 0; i < 3; i++)
                (await tenants.Session.ReadAsync(new("a"), batch, Tenants.FirstAsync<string>, Ct)).Should().Be("one");
        }
    }

    private static List<NpgsqlBatchCommand> Commands(NpgsqlBatch batch) => [.. ((IEnumerable<System.Data.Common.DbBatchCommand>)batch.BatchCommands).Cast<NpgsqlBatchCommand>()];

    private static async Task<long> UnscopedAsync(Tenants tenants, string before, string statement)
    {
        await using var connection = await tenants.Source.OpenConnectionAsync(Ct);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var text in new[] { $"SELECT set_config('role', '{tenants.Role}', true)", before, tenants.Name(statement) })
            batch.BatchCommands.Add(new(text));
        await using var reader = await batch.ExecuteReaderAsync(Ct);
        await reader.NextResultAsync(Ct);
        await reader.NextResultAsync(Ct);
        return await Tenants.FirstAsync<long>(reader, Ct);
    }
}
