using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

public sealed class ConcurrentIndexTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly ScriptAssembly Scripts = new(
        ("0001_orders", "CREATE TABLE {schema}.orders (id int);"),
        ("0002_index", "-- patterns: no-transaction\nCREATE INDEX CONCURRENTLY orders_id ON {schema}.orders (id);"),
        ("0003_after", "CREATE TABLE {schema}.after (id int);"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_installers_do_not_deadlock_with_an_index_that_is_built_concurrently()
    {
        await using var first = New("both");
        await using var second = New("both");
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var old = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Ct);
        await using (var snapshot = new NpgsqlCommand("SELECT 1", connection))
            await snapshot.ExecuteScalarAsync(Ct); // CREATE INDEX CONCURRENTLY waits for this snapshot

        var installing = Task.WhenAll(first.Schema.ApplyAsync(Ct), second.Schema.ApplyAsync(Ct));
        await Eventually.HoldsAsync("the index waits for the old snapshot", () => IsWaitingAsync("both"));
        await old.RollbackAsync(Ct);
        var reports = await installing;

        reports.SelectMany(r => r.Applied).Should().BeEquivalentTo("kernel/0001_kernel", "shop/0001_orders", "shop/0002_index", "shop/0003_after");
        (await first.ScalarAsync<bool>("SELECT indisvalid FROM pg_index WHERE indexrelid = '{schema}.orders_id'::regclass")).Should().BeTrue();
    }

    [Fact]
    public async Task A_claim_left_by_a_crash_runs_out_and_its_invalid_index_is_made_anew()
    {
        await using var crashed = Application.WithScripts(database.ConnectionString, "crashed", new ScriptAssembly(("0001_orders", "CREATE TABLE {schema}.orders (id int);")));
        await crashed.Schema.ApplyAsync(Ct);
        await crashed.ExecuteAsync("INSERT INTO {schema}.orders VALUES (1), (1)");
        await crashed.Invoking(c => c.ExecuteAsync("CREATE UNIQUE INDEX CONCURRENTLY orders_id ON {schema}.orders (id)")).Should().ThrowAsync<PostgresException>();
        await crashed.ExecuteAsync("INSERT INTO {schema}.schema_versions (package, number, name, checksum, state, claimed_until) VALUES ('shop', 2, '0002_index', '', 'running', {schema}.now() + interval '9 minutes')");

        await using var early = New("crashed", o => o.SchemaLockWait = TimeSpan.FromMilliseconds(1));
        await early.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>().WithMessage("*state 'running'*");

        var later = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = "-c patterns.clock_offset=10min" };
        await using var application = Application.WithScripts(later.ConnectionString, "crashed", Scripts);
        (await application.Schema.ApplyAsync(Ct)).Applied.Should().Equal("shop/0002_index", "shop/0003_after");
        (await application.ScalarAsync<bool>("SELECT indisvalid FROM pg_index WHERE indexrelid = '{schema}.orders_id'::regclass")).Should().BeTrue();
    }

    [Fact]
    public async Task A_failing_index_gives_its_claim_back()
    {
        var broken = new ScriptAssembly(("0001_index", "-- patterns: no-transaction\nCREATE INDEX CONCURRENTLY x ON {schema}.nowhere (id);"));
        await using var application = Application.WithScripts(database.ConnectionString, "broken", broken);

        for (var i = 0; i < 2; i++)
        {
            var error = (await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>()).Which;
            (error.SqlState, error.Line).Should().Be(("42P01", 2));
        }

        (await application.Schema.CheckAsync(Ct)).Missing.Should().Equal("shop/0001_index");
    }

    private Application New(string schema, Action<PostgresOptions>? configure = null) => Application.WithScripts(database.ConnectionString, schema, Scripts, configure);

    private async Task<bool> IsWaitingAsync(string schema)
    {
        await using var command = database.DataSource.CreateCommand("SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%' || $1 || '%' AND wait_event_type = 'Lock'");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema });
        return (bool)(await command.ExecuteScalarAsync(Ct))!;
    }
}
