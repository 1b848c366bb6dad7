using Npgsql;
using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting;

/// <summary>A schema of its own in the test class's database, with roles of its own. In its SQL <c>{s}</c> is the schema, <c>{app}</c>, <c>{anon}</c> and <c>{owner}</c> are the roles.</summary>
internal sealed class Playground
{
    public const string A = "acme";
    public const string B = "globex";

    /// <summary>What a protected table looks like: one RESTRICTIVE pin, one permissive policy that lets the rest be, and all commands granted.</summary>
    public const string Orders =
        """
        CREATE TABLE {s}.orders (tenant_id text NOT NULL, id uuid NOT NULL, total int NOT NULL CHECK (total > 0), PRIMARY KEY (tenant_id, id));
        ALTER TABLE {s}.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY orders_pin ON {s}.orders AS RESTRICTIVE USING (tenant_id = current_setting('app.tenant_id', true)) WITH CHECK (tenant_id = current_setting('app.tenant_id', true));
        CREATE POLICY orders_all ON {s}.orders USING (true) WITH CHECK (true);
        GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.orders TO {app};
        """;

    private readonly PostgresDatabase _database;
    private readonly string _suffix = Guid.CreateVersion7().ToString("N")[20..];

    private Playground(PostgresDatabase database) => _database = database;

    public string Schema => "s" + _suffix;

    public string App => "app" + _suffix;

    public string Anon => "anon" + _suffix;

    public string Owner => "owner" + _suffix;

    public NpgsqlDataSource Source => _database.DataSource;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Playground> NewAsync(PostgresDatabase database, string sql)
    {
        var playground = new Playground(database);
        await playground.ExecuteAsync("CREATE ROLE {app}; CREATE ROLE {anon}; CREATE ROLE {owner}; CREATE SCHEMA {s}; GRANT USAGE ON SCHEMA {s} TO {app}, {anon}; GRANT USAGE, CREATE ON SCHEMA {s} TO {owner}");
        await playground.ExecuteAsync(sql);
        return playground;
    }

    public string Fill(string sql) => sql
        .Replace("{s}", Schema, StringComparison.Ordinal).Replace("{app}", App, StringComparison.Ordinal)
        .Replace("{anon}", Anon, StringComparison.Ordinal).Replace("{owner}", Owner, StringComparison.Ordinal);

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(Fill(sql));
        await command.ExecuteNonQueryAsync(Ct);
    }

    public RlsAuditBuilder Audit(NpgsqlDataSource? admin = null) => RlsAudit.For(admin ?? Source)
        .Schemas(Schema).Roles(App, Anon)
        .As(Identity.Setting("app.tenant_id", A), Identity.Setting("app.tenant_id", B))
        .AllowMutationOn(new NpgsqlConnectionStringBuilder(_database.ConnectionString).Database!);

    public Task<LeakMatrix> ProbeAsync(Func<RlsAuditBuilder, RlsAuditBuilder>? more = null) => (more ?? (b => b))(Audit()).Build().ProbeAsync(Ct);

    public Task<MutationReport> MutateAsync(Func<NpgsqlConnection, CancellationToken, Task>? test = null) => Audit().Build().MutateAsync(test, Ct);
}
