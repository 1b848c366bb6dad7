using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Patterns.CreditLedger;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>The script that protects a table, run by its owner.</summary>
public sealed class ProtectTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Grants = "GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.t TO {role};";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("uuid", "00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b")]
    [InlineData("bigint", "1", "2")]
    [InlineData("varchar(20)", "a", "b")]
    [Guarantee("RlsSession", 15)]
    public async Task A_tenant_column_of_any_type_is_pinned_and_indexed(string type, string one, string other)
    {
        await using var tenants = await NewAsync($"CREATE TABLE {{schema}}.t (id int PRIMARY KEY, \"Tenant\" {type} NOT NULL); {Grants}", new() { TenantColumn = "Tenant", TenantType = type });

        await tenants.ExecuteAsync(one, $"INSERT INTO {{schema}}.t VALUES (1, '{one}')");
        (await tenants.ScalarAsync<long>(one, "SELECT count(*) FROM {schema}.t")).Should().Be(1);
        (await tenants.ScalarAsync<long>(other, "SELECT count(*) FROM {schema}.t")).Should().Be(0);
        await tenants.Invoking(t => t.ExecuteAsync(other, $"INSERT INTO {{schema}}.t VALUES (2, '{one}')")).Should().ThrowAsync<PostgresException>().Where(e => e.SqlState == "42501");
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM pg_indexes WHERE schemaname = '{schema}' AND tablename = 't' AND indexdef LIKE '%(\"Tenant\")'")).Should().Be(1);
        // Once is enough, however often the script runs.
        await tenants.OwnerAsync(RlsSql.Protect(tenants.Name("{schema}.t"), new() { TenantColumn = "Tenant", TenantType = type, FunctionSchema = tenants.Schema }));
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM pg_indexes WHERE schemaname = '{schema}' AND tablename = 't'")).Should().Be(2);
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM pg_policies WHERE schemaname = '{schema}' AND tablename = 't'")).Should().Be(5);
    }

    [Fact]
    [Guarantee("RlsSession", 15)]
    public async Task The_function_runs_once_for_a_statement_and_the_index_is_used()
    {
        await using var tenants = await NewAsync(
            $"CREATE TABLE {{schema}}.t (id int PRIMARY KEY, tenant_id text NOT NULL); INSERT INTO {{schema}}.t SELECT i, 't' || i % 100 FROM generate_series(1, 20000) i; {Grants}", new());
        await tenants.OwnerAsync("ANALYZE {schema}.t");

        var plan = await tenants.Session.ReadAsync(new("t7"), tenants.Batch("EXPLAIN (COSTS OFF) SELECT * FROM {schema}.t"), async (reader, ct) =>
        {
            var lines = new List<string>();
            while (await reader.ReadAsync(ct))
                lines.Add(reader.GetString(0));
            return string.Join('\n', lines);
        }, Ct);

        plan.Should().Contain("InitPlan").And.Contain("Index Cond").And.NotContain("Seq Scan");
    }

    [Fact]
    [Guarantee("RlsSession", 15)]
    public async Task Partitions_and_views_are_no_way_around()
    {
        await using var tenants = await NewAsync(
            $"""
             CREATE TABLE {Schema}.t (tenant_id text NOT NULL, id int NOT NULL, PRIMARY KEY (tenant_id, id)) PARTITION BY RANGE (id);
             CREATE TABLE {Schema}.t_low PARTITION OF {Schema}.t FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (id);
             CREATE TABLE {Schema}.t_low_1 PARTITION OF {Schema}.t_low FOR VALUES FROM (0) TO (50);
             CREATE TABLE {Schema}.t_high PARTITION OF {Schema}.t FOR VALUES FROM (100) TO (200);
             CREATE VIEW {Schema}.shown AS SELECT * FROM {Schema}.t;
             CREATE VIEW {Schema}.shown_twice AS SELECT count(*) AS n FROM {Schema}.shown;
             INSERT INTO {Schema}.t VALUES ('a', 1), ('b', 2), ('b', 102);
             GRANT SELECT ON {Schema}.t_low, {Schema}.t_low_1, {Schema}.t_high, {Schema}.shown, {Schema}.shown_twice TO {Role}; {Grants}
             """,
            new());

        foreach (var (from, seen) in new[] { ("t", 1L), ("t_low", 1), ("t_low_1", 1), ("t_high", 0), ("shown", 1) })
            (await tenants.ScalarAsync<long>("a", $"SELECT count(*) FROM {{schema}}.{from}")).Should().Be(seen, from);
        (await tenants.ScalarAsync<long>("a", "SELECT n FROM {schema}.shown_twice")).Should().Be(1);
    }

    [Theory]
    [InlineData(ProtectShape.UserOwned, "1", "1")]
    [InlineData(ProtectShape.SharedReadOwnerWrite, "1,2", "1")]
    [InlineData(ProtectShape.RoleGated, "1,2", "")]
    [InlineData(ProtectShape.TimeLimited, "2", "2")]
    [Guarantee("RlsSession", 15)]
    public async Task Each_shape_says_who_in_the_tenant_reads_and_writes(ProtectShape shape, string read, string written)
    {
        await using var tenants = await NewAsync(
            $"""
             CREATE TABLE {Schema}.t (tenant_id text NOT NULL, id int NOT NULL, user_id text NOT NULL, expires_at timestamptz, touched bool, PRIMARY KEY (tenant_id, id));
             CREATE ROLE {Role}_editor NOLOGIN; GRANT {Role}_editor TO {Login}; GRANT USAGE ON SCHEMA {Schema} TO {Role}_editor;
             INSERT INTO {Schema}.t VALUES ('a', 1, 'ann', '2020-01-01'), ('a', 2, 'bob', '2100-01-01'), ('b', 3, 'ann', NULL);
             GRANT SELECT, INSERT, UPDATE, DELETE ON {Schema}.t TO {Role}_editor; {Grants}
             """,
            new() { Shape = shape },
            o => o.Roles.Add(o.Role + "_editor"));
        var scope = new TenantScope("a", "ann");

        (await tenants.ScalarAsync<string>(scope, "SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') FROM {schema}.t")).Should().Be(read);
        await tenants.Session.ExecuteAsync(scope, tenants.Batch("UPDATE {schema}.t SET touched = true"), Ct);
        (await tenants.OwnerAsync<string>("SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') FROM {schema}.t WHERE touched")).Should().Be(written);
        await tenants.Session.Invoking(s => s.ExecuteAsync(scope, tenants.Batch("INSERT INTO {schema}.t VALUES ('b', 9, 'ann', '2100-01-01')"), Ct)).Should().ThrowAsync<PostgresException>().Where(e => e.SqlState == "42501");
        var insert = () => tenants.Session.ExecuteAsync(scope, tenants.Batch("INSERT INTO {schema}.t VALUES ('a', 9, 'bob', '2100-01-01')"), Ct);
        if (shape == ProtectShape.TimeLimited)
            (await insert()).Should().Be(1);
        else
            await insert.Should().ThrowAsync<PostgresException>().Where(e => e.SqlState == "42501");
        if (shape == ProtectShape.RoleGated)
            (await tenants.Session.ExecuteAsync(scope with { Role = tenants.Role + "_editor" }, tenants.Batch("UPDATE {schema}.t SET touched = true"), Ct)).Should().Be(2);
        if (shape is ProtectShape.UserOwned or ProtectShape.SharedReadOwnerWrite)
            await tenants.Session.Invoking(s => s.ExecuteAsync(scope, tenants.Batch("UPDATE {schema}.t SET user_id = 'bob'"), Ct)).Should().ThrowAsync<PostgresException>("a row is not given away").Where(e => e.SqlState == "42501");
    }

    [Fact]
    [Guarantee("RlsSession", 15)]
    public async Task The_tables_of_every_package_can_be_protected()
    {
        await using var other = await database.NewAsync();
        await using var source = NpgsqlDataSource.Create(other.ConnectionString);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton(source);
        builder.Services.AddPostgres(o => o.MaintenanceInterval = Timeout.InfiniteTimeSpan).AddWebhookDedup(o => o.Source("stripe", s => s.UseStripe())).AddCreditLedger(o => o.Pool("paid", PoolKind.Paid)).AddRlsSession(o => o.VerifyOnStart = false);
        using var host = builder.Build();
        await host.StartAsync(Ct);
        var tables = await ColumnAsync(source, "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' WHERE c.relnamespace = 'patterns'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition");
        tables.Count.Should().BeGreaterThan(5);

        foreach (var table in tables)
        {
            await using var protect = source.CreateCommand(RlsSql.Protect(table));
            await protect.ExecuteNonQueryAsync(Ct);
        }

        (await ColumnAsync(source,
            """
            SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
            WHERE c.relnamespace = 'patterns'::regnamespace AND c.relkind IN ('r', 'p')
                AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) = 5)
            """)).Should().BeEmpty();
        await host.StopAsync(Ct);
    }

    [Theory]
    [InlineData("\"Select\"", "Tenant")]
    [InlineData("\"a \"\"b\"\" {policies} %s 'c' \\d $1 ü\"", "Mandant {table} \"x\" %I 'y' \\")]
    [Guarantee("RlsSession", 15)]
    public async Task Names_may_be_whatever_PostgreSQL_takes_and_other_policies_stay_and_open_nothing(string table, string column)
    {
        var quoted = "\"" + column.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString), seed:
            $"""
             CREATE TABLE {Schema}.{table} ({quoted} text NOT NULL);
             INSERT INTO {Schema}.{table} VALUES ('a'), ('b'), ('b');
             GRANT SELECT ON {Schema}.{table} TO {Role};
             CREATE POLICY everybody ON {Schema}.{table} USING (true);
             """);
        var script = RlsSql.Protect(tenants.Name($"{Schema}.{table}"), new() { TenantColumn = column, FunctionSchema = tenants.Schema });

        await tenants.OwnerAsync(script);
        await tenants.OwnerAsync(script);

        (await tenants.ScalarAsync<long>("a", $"SELECT count(*) FROM {Schema}.{table}")).Should().Be(1);
        (await tenants.OwnerAsync<long>($"SELECT count(*) FROM pg_index WHERE indrelid = '{Schema}.{table.Replace("'", "''", StringComparison.Ordinal)}'::regclass")).Should().Be(1);
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM pg_policies WHERE schemaname = '{schema}' AND policyname = 'everybody'")).Should().Be(1);
    }

    [Fact]
    public async Task A_partition_that_is_a_foreign_table_is_warned_of_and_the_others_are_protected()
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString), seed:
            $"""
             CREATE TABLE {Schema}.t (tenant_id text NOT NULL, id int NOT NULL) PARTITION BY LIST (id);
             CREATE TABLE {Schema}.here PARTITION OF {Schema}.t FOR VALUES IN (1);
             CREATE FOREIGN DATA WRAPPER {Schema}_wrapper;
             CREATE SERVER {Schema}_server FOREIGN DATA WRAPPER {Schema}_wrapper;
             CREATE FOREIGN TABLE {Schema}.elsewhere PARTITION OF {Schema}.t FOR VALUES IN (2) SERVER {Schema}_server;
             INSERT INTO {Schema}.here VALUES ('a', 1), ('b', 1);
             GRANT SELECT ON {Schema}.t, {Schema}.here TO {Role};
             """);
        await using var owner = await tenants.Admin.OpenConnectionAsync(Ct);
        var warnings = new List<string>();
        owner.Notice += (_, said) => warnings.Add($"{said.Notice.InvariantSeverity} {said.Notice.MessageText}");

        await using (var protect = new NpgsqlCommand(RlsSql.Protect(tenants.Name($"{Schema}.t"), new() { FunctionSchema = tenants.Schema }), owner))
            await protect.ExecuteNonQueryAsync(Ct);

        warnings.Should().ContainSingle(static said => said.StartsWith("WARNING", StringComparison.Ordinal)).Which.Should().Contain(tenants.Name($"{Schema}.elsewhere is a foreign table"));
        (await tenants.ScalarAsync<long>("a", $"SELECT count(*) FROM {Schema}.here")).Should().Be(1);
        (await tenants.ScalarAsync<long>("a", $"SELECT count(*) FROM {Schema}.t WHERE id = 1")).Should().Be(1);
    }

    [Theory]
    [InlineData("t; DROP TABLE t")]
    [InlineData("t'); DROP TABLE t; --")]
    public async Task What_is_not_a_tables_name_is_not_sql_either(string table)
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString), seed: "CREATE TABLE {schema}.t (tenant_id text);");

        await tenants.Invoking(t => t.OwnerAsync(RlsSql.Protect(table))).Should().ThrowAsync<PostgresException>();

        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {schema}.t")).Should().Be(0);
    }

    [Fact]
    public void A_malformed_shape_is_refused()
    {
        FluentActions.Invoking(() => RlsSql.Protect("t", new() { Shape = ProtectShape.RoleGated })).Should().Throw<ArgumentException>().WithMessage("*ProtectOptions.WriteRoles*");
        FluentActions.Invoking(() => RlsSql.Protect("t", new() { TenantType = "text; DROP TABLE t" })).Should().Throw<ArgumentException>().WithMessage("*not a type's name*");
        FluentActions.Invoking(() => RlsSql.Protect("t\n")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => RlsSql.Protect("t", new() { TenantColumn = "x$protect$; DROP TABLE t; --" })).Should().Throw<ArgumentException>().WithMessage("*$protect$*");
        FluentActions.Invoking(() => RlsSql.InstallKey(new(1, new byte[8]))).Should().Throw<ArgumentException>().WithMessage("*32 or more*");
    }

    private const string Schema = "{schema}";
    private const string Role = "{role}";
    private const string Login = "{login}";

    private async Task<Tenants> NewAsync(string seed, ProtectOptions options, Action<RlsOptions>? configure = null)
    {
        var tenants = await Tenants.NewAsync(new(database.ConnectionString), configure, seed: seed);
        options = options with { FunctionSchema = tenants.Schema, WriteRoles = options.Shape == ProtectShape.RoleGated ? [tenants.Role + "_editor"] : [] };
        await tenants.OwnerAsync(RlsSql.Protect(tenants.Name("{schema}.t"), options));
        return tenants;
    }

    private static async Task<List<string>> ColumnAsync(NpgsqlDataSource source, string sql)
    {
        var found = new List<string>();
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
            found.Add(reader.GetString(0));
        return found;
    }
}
