using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.Postgres;

namespace Family.Tests;

/// <summary>The tables of all packages together, as the catalogue of a database describes them after they were installed.</summary>
public sealed class TableTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    // An index on an expression has column number 0 there, and leads with no column.
    private const string KeysThatDoNotLeadWithTheTenant =
        """
        SELECT format('%s: %s leads with %s; tenant_id comes first in every primary and unique key, so that the table can be distributed by tenant',
            t.relname, k.relname, coalesce((SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = i.indkey[0]), 'an expression'))
        FROM pg_class t
        JOIN pg_attribute tenant ON tenant.attrelid = t.oid AND tenant.attname = 'tenant_id' AND NOT tenant.attisdropped
        JOIN pg_index i ON i.indrelid = t.oid AND (i.indisprimary OR i.indisunique)
        JOIN pg_class k ON k.oid = i.indexrelid
        WHERE t.relnamespace = $1::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition AND i.indkey[0] <> tenant.attnum
        ORDER BY 1
        """;

    private const string TablesThatGrowWithoutEnd =
        """
        SELECT format('%s: it grows with %s and is not partitioned; partition it by time, or say in COMMENT ON TABLE ... IS ''Bounded: ...'' what bounds it', t.relname, string_agg(a.attname, ', '))
        FROM pg_class t
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname IN ('received_at', 'created_at', 'occurred_at') AND NOT a.attisdropped
        WHERE t.relnamespace = $1::regnamespace AND t.relkind = 'r' AND NOT t.relispartition AND coalesce(obj_description(t.oid, 'pg_class'), '') NOT LIKE 'Bounded: _%'
        GROUP BY t.relname
        ORDER BY 1
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_packages_install_into_one_database_and_their_tables_scale_out()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton(database.DataSource).AddPostgres();
        foreach (var package in Repository.This.Packages.Where(static package => !package.IsKernel && package.Scripts.Any()))
        {
            services.AddSchemaScripts(package.Name.ToLowerInvariant(), package.Assembly);
        }

        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<ISchema>().ApplyAsync(Ct);

        (await FindingsAsync("patterns", KeysThatDoNotLeadWithTheTenant, TablesThatGrowWithoutEnd)).ShouldBeNone();
    }

    [Fact]
    public async Task A_key_that_does_not_lead_with_the_tenant_is_found()
    {
        await CreateAsync(
            """
            CREATE SCHEMA keys;
            CREATE TABLE keys.good (tenant_id text, id uuid, email text, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, email));
            CREATE TABLE keys.shared (id uuid PRIMARY KEY);
            CREATE TABLE keys.bad (id uuid, tenant_id text, email text, PRIMARY KEY (id, tenant_id));
            CREATE UNIQUE INDEX by_email ON keys.bad (lower(email));
            """);

        (await FindingsAsync("keys", KeysThatDoNotLeadWithTheTenant)).Should().HaveCount(2)
            .And.ContainMatch("bad: bad_pkey leads with id; *").And.ContainMatch("bad: by_email leads with an expression; *");
    }

    [Fact]
    public async Task A_table_that_grows_without_end_is_found()
    {
        await CreateAsync(
            """
            CREATE SCHEMA growth;
            CREATE TABLE growth.partitioned (received_at timestamptz) PARTITION BY RANGE (received_at);
            CREATE TABLE growth.partition PARTITION OF growth.partitioned FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
            CREATE TABLE growth.customers (created_at timestamptz);
            COMMENT ON TABLE growth.customers IS 'Bounded: one row for each customer';
            CREATE TABLE growth.events (occurred_at timestamptz, created_at timestamptz);
            """);

        (await FindingsAsync("growth", TablesThatGrowWithoutEnd)).Should().ContainSingle().Which.Should().StartWith("events: it grows with ");
    }

    private async Task CreateAsync(string script)
    {
        await using var command = database.DataSource.CreateCommand(script);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private async Task<IReadOnlyList<string>> FindingsAsync(string schema, params string[] queries)
    {
        var findings = new List<string>();
        foreach (var query in queries)
        {
            await using var command = database.DataSource.CreateCommand(query);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema });
            await using var reader = await command.ExecuteReaderAsync(Ct);
            while (await reader.ReadAsync(Ct))
            {
                findings.Add(reader.GetString(0));
            }
        }

        return findings;
    }
}
