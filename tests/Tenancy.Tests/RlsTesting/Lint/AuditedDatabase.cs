using Npgsql;
using Patterns.DevServers;
using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting.Lint;

/// <summary>
/// A database of one test, with roles of its own: roles are the whole server's. In scripts <c>{app}</c>, <c>{anon}</c>, <c>{owner}</c> (which cannot log in), <c>{login}</c> and
/// <c>{other}</c> stand for them.
/// </summary>
public sealed class AuditedDatabase : IAsyncDisposable
{
    private static readonly string[] RoleNames = ["app", "anon", "owner", "login", "other"];

    private readonly string _suffix = Guid.CreateVersion7().ToString("N")[20..];
    private readonly DevDatabase _database;

    private AuditedDatabase(DevDatabase database) => (_database, DataSource) = (database, NpgsqlDataSource.Create(database.ConnectionString));

    public NpgsqlDataSource DataSource { get; }

    public string ConnectionString => _database.ConnectionString;

    public static async Task<AuditedDatabase> CreateAsync(PostgresServer server, params string[] scripts)
    {
        var database = new AuditedDatabase(await server.Server.CreateDatabaseAsync(template: null, TestContext.Current.CancellationToken));
        await database.RunAsync("CREATE ROLE {app}; CREATE ROLE {anon}; CREATE ROLE {owner}; CREATE ROLE {login} LOGIN; CREATE ROLE {other}; GRANT CREATE ON SCHEMA public TO {owner};");
        foreach (var script in scripts)
            await database.RunAsync(script);
        return database;
    }

    public string Role(string name) => $"{name}_{_suffix}";

    /// <summary>With the roles' names.</summary>
    public string Named(string text) => RoleNames.Aggregate(text, (named, role) => named.Replace($"{{{role}}}", Role(role), StringComparison.Ordinal));

    /// <summary>The other way round.</summary>
    public string Anonymised(string text) => text.Replace("_" + _suffix, "", StringComparison.Ordinal);

    public async Task RunAsync(string script)
    {
        await using var command = DataSource.CreateCommand(Named(script));
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public RlsAuditBuilder Audit(NpgsqlDataSource? admin = null) => RlsAudit.For(admin ?? DataSource).Roles(Role("app"), Role("anon"));

    public Task<IReadOnlyList<RlsFinding>> LintAsync(Func<RlsAuditBuilder, RlsAuditBuilder>? configure = null) =>
        (configure ?? (static audit => audit))(Audit()).Build().LintAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        var server = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString;
        await _database.DisposeAsync();
        await using var source = NpgsqlDataSource.Create(server);
        await using var drop = source.CreateCommand(string.Concat(RoleNames.Select(role => $"DROP ROLE IF EXISTS {Role(role)};")));
        await drop.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
