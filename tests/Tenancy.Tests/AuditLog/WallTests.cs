using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.Postgres;

namespace Tenancy.Tests.AuditLog;

/// <summary>Grants, triggers and the owner that cannot log in: what each refuses, and what a start refuses when one has a hole.</summary>
public sealed class WallTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 3)]
    public async Task An_application_appends_and_can_touch_nothing_directly()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var (_, application) = await log.AsApplicationAsync();
        await using var _1 = application;
        await application.StartAsync();

        await application.Log.AppendAsync(TestLog.Entry(), Ct);

        foreach (var statement in new[]
        {
            "INSERT INTO {schema}.audit_log_entries SELECT * FROM {schema}.audit_log_entries",
            "UPDATE {schema}.audit_log_entries SET action = 'x'",
            "DELETE FROM {schema}.audit_log_entries",
            "TRUNCATE {schema}.audit_log_entries",
            "DELETE FROM {schema}.audit_log_pending",
            "UPDATE {schema}.audit_log_heads SET seal_no = 0",
            "ALTER TABLE {schema}.audit_log_entries DISABLE TRIGGER ALL",
            "DROP TABLE {schema}.audit_log_entries",
            "SELECT {schema}.audit_log_hold_back('{schema}.audit_log_entries', 'standard', now(), now())",
        })
        {
            var attempt = () => application.ExecuteAsync(statement);
            (await attempt.Should().ThrowAsync<PostgresException>(statement)).Which.SqlState.Should().Be("42501");
        }

        (await log.EntriesAsync()).Should().Be(1);
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("replica")]
    [Guarantee("AuditLog", 3)]
    public async Task Even_a_superuser_meets_a_trigger_on_every_table_and_partition(string replicationRole)
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await log.Log.AppendAsync(TestLog.Entry(), Ct);
        await log.Integrity.SealNowAsync(Ct);
        await log.Services.GetRequiredService<ITimePartitions>().EnsureAsync("audit_log_entries_standard", TimeProvider.System.GetUtcNow().AddDays(35), Ct);
        var tables = await log.ScalarAsync<string[]>(
            """
            SELECT array_agg(c.oid::regclass::text) FROM pg_class c
            WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname ~ '^audit_log_(entries|seal_entries|seals|runs)'
            """);
        tables.Length.Should().BeGreaterThan(8);
        foreach (var table in tables)
        {
            foreach (var statement in new[] { $"TRUNCATE {table}", $"DELETE FROM {table}", $"UPDATE {table} SET {(table.Contains("runs", StringComparison.Ordinal) ? "key_id" : "tenant_id")} = 'x'" })
            {
                var attempt = () => log.ExecuteAsync($"BEGIN; SET LOCAL session_replication_role = {replicationRole}; {statement}; COMMIT");
                var isEmpty = !statement.StartsWith('T') && await log.ScalarAsync<long>($"SELECT count(*) FROM {table}") == 0;
                if (isEmpty)
                    continue;
                (await attempt.Should().ThrowAsync<PostgresException>(statement)).WithMessage("*the audit log only grows*");
            }
        }
    }

    [Fact]
    [Guarantee("AuditLog", 3)]
    public async Task A_superuser_cannot_run_the_application()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);

        var start = log.StartAsync;

        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*is a superuser*ALTER ROLE * NOSUPERUSER*VerifyOnStart*");
    }

    [Theory]
    [InlineData("a membership", "GRANT {s}_audit_owner TO {app}", "*{s}_audit_owner, which owns the log*")]
    [InlineData("an indirect membership", "CREATE ROLE {app}_m; GRANT {s}_audit_owner TO {app}_m; GRANT {app}_m TO {app}", "*{s}_audit_owner, which owns the log*")]
    [InlineData("a superuser role", "CREATE ROLE {app}_s SUPERUSER; GRANT {app}_s TO {app}", "*{app}_s, a superuser*")]
    [InlineData("a role that reads all", "ALTER ROLE {app} BYPASSRLS", "*{app} reads past row-level security*")]
    [InlineData("a role that makes roles", "ALTER ROLE {app} CREATEROLE", "*{app} may make itself a member*")]
    [InlineData("the server's files", "GRANT pg_write_server_files TO {app}", "*pg_write_server_files*")]
    [InlineData("all tables", "GRANT pg_write_all_data TO {app}", "*pg_write_all_data*")]
    [InlineData("an owner who logs in", "ALTER ROLE {s}_audit_owner LOGIN", "*{s}_audit_owner, which owns the log, can log in*")]
    [InlineData("the schema", "ALTER SCHEMA {s} OWNER TO {app}", "*schema {s} belongs to {app}*")]
    [InlineData("a table", "CREATE ROLE {app}_o; ALTER TABLE {s}.audit_log_pending OWNER TO {app}_o", "*{s}.audit_log_pending belongs to {app}_o*")]
    [InlineData("a grant", "GRANT DELETE ON {s}.audit_log_pending TO {app}", "*{app} may DELETE in the table {s}.audit_log_pending*")]
    [InlineData("a grant to everybody", "GRANT INSERT ON {s}.audit_log_entries TO PUBLIC", "*everybody may INSERT in the table {s}.audit_log_entries*")]
    [InlineData("a grant of a column", "GRANT UPDATE (action) ON {s}.audit_log_entries TO {app}", "*{app} may UPDATE in the table {s}.audit_log_entries*")]
    [InlineData("no row-level security", "ALTER TABLE {s}.audit_log_entries DISABLE ROW LEVEL SECURITY", "*{s}.audit_log_entries has no row-level security*")]
    [InlineData("a policy", "CREATE POLICY everything ON {s}.audit_log_entries USING (true)", "*policy everything*")]
    [InlineData("a trigger that is off", "ALTER TABLE {s}.audit_log_entries_standard DISABLE TRIGGER audit_log_no_truncate", "*{s}.audit_log_entries_standard has no trigger audit_log_no_truncate*")]
    [InlineData("a trigger that a replica skips", "ALTER TABLE {s}.audit_log_seals ENABLE TRIGGER audit_log_append_only", "*{s}.audit_log_seals has no trigger audit_log_append_only*")]
    [InlineData("a trigger that is gone", "DROP TRIGGER audit_log_append_only ON {s}.audit_log_runs", "*{s}.audit_log_runs has no trigger audit_log_append_only*")]
    [InlineData("a function", "CREATE ROLE {app}_f; ALTER FUNCTION {s}.audit_log_hold_lock() OWNER TO {app}_f", "*audit_log_hold_lock() belongs to {app}_f*")]
    [InlineData("a function for everybody", "GRANT EXECUTE ON FUNCTION {s}.audit_log_release(text, text, text) TO PUBLIC", "*everybody may call*audit_log_release*")]
    [InlineData("a search path", "ALTER FUNCTION {s}.audit_log_release(text, text, text) RESET search_path", "*audit_log_release*search_path*")]
    [Guarantee("AuditLog", 3)]
    public async Task A_hole_in_a_wall_stops_the_start_and_names_its_repair(string hole, string sql, string expected)
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var (login, first) = await log.AsApplicationAsync();
        await using var _1 = first;
        await first.StartAsync();
        await log.ExecuteAsync(Named(sql, log, login));
        await using var second = first.Again(more: services => services.AddPostgres(o => o.MigrationConnectionString = log.ConnectionString));

        var start = second.StartAsync;

        var message = (await start.Should().ThrowAsync<InvalidOperationException>(hole)).WithMessage(Named(expected, log, login)).Which.Message;
        foreach (var repair in message.Split('\n').Where(line => line.StartsWith("- ", StringComparison.Ordinal)))
            await log.ExecuteAsync(repair[(repair.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]);
        await using var third = first.Again(more: services => services.AddPostgres(o => o.MigrationConnectionString = log.ConnectionString));
        await third.StartAsync();
    }

    [Fact]
    public async Task A_setting_that_the_log_does_not_read_stops_the_start_and_names_the_repair()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString, o => (o.TenantSetting, o.VerifyOnStart) = ("other.tenant", false));

        var start = log.StartAsync;

        var message = (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*TenantSetting is 'other.tenant'*audit_log_tenant()*").Which.Message;
        await log.ExecuteAsync(message[message.IndexOf("CREATE OR REPLACE", StringComparison.Ordinal)..]);
        await using var again = log.Again(configure: o => (o.TenantSetting, o.VerifyOnStart) = ("other.tenant", false));
        await again.StartAsync();
        await log.ExecuteAsync("CREATE FUNCTION {schema}.own_tenant() RETURNS text LANGUAGE sql STABLE AS 'SELECT NULL::text'; CREATE OR REPLACE FUNCTION {schema}.audit_log_tenant() RETURNS text LANGUAGE sql STABLE AS 'SELECT {schema}.own_tenant()'");
        await using var own = log.Again(configure: o => o.VerifyOnStart = false);
        await own.StartAsync();
    }

    private static string Named(string text, TestLog log, string login) =>
        text.Replace("{s}", log.Schema, StringComparison.Ordinal).Replace("{app}", login, StringComparison.Ordinal);
}
