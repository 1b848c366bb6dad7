using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Patterns.Postgres;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>
/// An application with a protected table <c>items</c>, a login role that owns nothing and a role for its scopes. Schema, table and roles have names of their own, so that tests share a database
/// and a server. Each tenant that a test names starts with nothing.
/// </summary>
internal sealed class Tenants : IAsyncDisposable
{
    private readonly IHost _host;

    private readonly Route _route;

    private Tenants(Route route, NpgsqlDataSource admin, string connectionString, string suffix, string login, Action<RlsOptions> configure)
    {
        (_route, Admin, Source, Suffix, Login) = (route, admin, NpgsqlDataSource.Create(connectionString), suffix, login);
        _host = Another(configure);
    }

    /// <summary>As the owner, whom no policy binds.</summary>
    public NpgsqlDataSource Admin { get; }

    /// <summary>As the login role, without a scope.</summary>
    public NpgsqlDataSource Source { get; }

    public string Suffix { get; }

    public string Login { get; }

    public CapturedLog Log { get; } = new();

    public string Schema => "rls_" + Suffix;

    public string Role => "app_" + Suffix;

    public string Items => $"{Schema}.items";

    public IServiceProvider Services => _host.Services;

    public IRlsSession Session => Services.GetRequiredService<IRlsSession>();

    public ITenantAccessor Accessor => Services.GetRequiredService<ITenantAccessor>();

    public TenantDataSource DataSource => Services.GetRequiredService<TenantDataSource>();

    /// <param name="route">Where the database is.</param>
    /// <param name="configure">Options besides the role of the scopes.</param>
    /// <param name="pool">What the application's connection string says besides.</param>
    /// <param name="seed">Statements before the application starts; <c>{items}</c>, <c>{schema}</c>, <c>{role}</c> and <c>{login}</c> stand for the names.</param>
    public static async Task<Tenants> NewAsync(Route route, Action<RlsOptions>? configure = null, string pool = "", string? seed = null)
    {
        var suffix = Guid.CreateVersion7().ToString("n")[^12..];
        var (login, password) = route.Login ?? ("login_" + suffix, "login");
        var (schema, role) = ("rls_" + suffix, "app_" + suffix);
        var admin = NpgsqlDataSource.Create(route.Admin + ";Maximum Pool Size=5");
        await RunAsync(
            admin,
            $"""
             {(route.Login is null ? $"CREATE ROLE {login} LOGIN NOINHERIT PASSWORD '{password}';" : "")}
             CREATE ROLE {role} NOLOGIN;
             GRANT {role} TO {login};
             CREATE SCHEMA {schema};
             GRANT USAGE ON SCHEMA {schema} TO {login}, {role};
             CREATE TABLE {schema}.items (tenant_id text NOT NULL, id int NOT NULL, body text NOT NULL DEFAULT '', PRIMARY KEY (tenant_id, id));
             GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.items TO {role};
             {Named(seed ?? "", schema, role, login)}
             """);
        var direct = new NpgsqlConnectionStringBuilder(route.Admin) { Username = login, Password = password }.ConnectionString;
        var connectionString = (route.Through?.Invoke(direct) ?? direct) + ";" + pool;
        var options = new RlsOptions();
        var tenants = new Tenants(route, admin, connectionString, suffix, login, o =>
        {
            o.Role = role;
            configure?.Invoke(o);
            options = o;
        });
        // The table must be protected before the start looks at it, and the policies need the functions.
        _ = tenants.Session;
        await tenants.Services.GetRequiredService<ISchema>().ApplyAsync();
        await RunAsync(admin, RlsSql.InstallFunctions(options, schema) + RlsSql.Protect(tenants.Items, new() { FunctionSchema = schema }) + $"GRANT SELECT ON {schema}.schema_versions TO {login};");
        await tenants._host.StartAsync();
        return tenants;
    }

    /// <summary>A further instance of the application, with options of its own, that is not started.</summary>
    public IHost Another(Action<RlsOptions> configure, Action<PostgresOptions>? database = null, TimeProvider? time = null, NpgsqlDataSource? source = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddProvider(Log);
        builder.Services.AddSingleton(source ?? Source);
        if (time is not null)
            builder.Services.AddSingleton(time);
        builder.Services.AddHealthChecks();
        builder.Services.AddPostgres(o =>
        {
            o.MigrationConnectionString = _route.Admin + ";Pooling=false";
            o.Schema = Schema;
            o.MaintenanceInterval = Timeout.InfiniteTimeSpan;
            database?.Invoke(o);
        });
        builder.Services.AddRlsSession(configure);
        return builder.Build();
    }

    /// <summary>What keeps another instance from starting; empty when it starts.</summary>
    public async Task<string> RefusalAsync(Action<RlsOptions>? configure = null, Action<PostgresOptions>? database = null, NpgsqlDataSource? source = null)
    {
        using var another = Another(o =>
        {
            o.Role = Role;
            configure?.Invoke(o);
        }, database, source: source);
        try
        {
            await another.StartAsync();
            await another.StopAsync();
            return "";
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    public Task OwnerAsync(string statement) => RunAsync(Admin, Name(statement));

    public string Name(string text) => Named(text, Schema, Role, Login);

    /// <summary>A batch of statements without parameters; the names are put in.</summary>
    public NpgsqlBatch Batch(params string[] statements)
    {
        var batch = new NpgsqlBatch();
        foreach (var statement in statements)
            batch.BatchCommands.Add(new(Name(statement)));
        return batch;
    }

    public Task<int> ExecuteAsync(string tenant, params string[] statements) => Session.ExecuteAsync(new(tenant), Batch(statements));

    public Task<T?> ScalarAsync<T>(TenantScope scope, params string[] statements) => Session.ReadAsync(scope, Batch(statements), FirstAsync<T>);

    public Task<T?> ScalarAsync<T>(string tenant, params string[] statements) => ScalarAsync<T>(new TenantScope(tenant), statements);

    public static async Task<T?> FirstAsync<T>(NpgsqlDataReader reader, CancellationToken ct) =>
        await reader.ReadAsync(ct) && !await reader.IsDBNullAsync(0, ct) ? reader.GetFieldValue<T>(0) : default;

    /// <summary>As the owner.</summary>
    public async Task<T?> OwnerAsync<T>(string statement)
    {
        await using var command = Admin.CreateCommand(Name(statement));
        return (T?)await command.ExecuteScalarAsync();
    }

    /// <summary>What the next user of each of some connections would find: role and settings of a session without a scope.</summary>
    public async Task<IReadOnlyList<string>> LeftoversAsync(int connections = 1)
    {
        var open = new List<NpgsqlConnection>();
        var found = new List<string>();
        for (var i = 0; i < connections; i++)
        {
            open.Add(await Source.OpenConnectionAsync());
            await using var command = new NpgsqlCommand(
                "SELECT concat_ws('|', nullif(current_user, session_user), nullif(current_setting('app.tenant_id', true), ''), nullif(current_setting('app.user_id', true), ''), nullif(current_setting('app.rls_seal', true), ''), nullif(current_setting('request.jwt.claims', true), ''))",
                open[^1]);
            if ((string)(await command.ExecuteScalarAsync())! is { Length: > 0 } left)
                found.Add(left);
        }

        foreach (var connection in open)
            await connection.DisposeAsync();
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await Source.DisposeAsync();
        await Admin.DisposeAsync();
    }

    private static string Named(string text, string schema, string role, string login) => text
        .Replace("{items}", schema + ".items", StringComparison.Ordinal)
        .Replace("{schema}", schema, StringComparison.Ordinal)
        .Replace("{role}", role, StringComparison.Ordinal)
        .Replace("{login}", login, StringComparison.Ordinal);

    private static async Task RunAsync(NpgsqlDataSource source, string text)
    {
        await using var command = source.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }
}
