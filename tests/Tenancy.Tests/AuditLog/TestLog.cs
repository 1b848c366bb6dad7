using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Patterns.AuditLog;
using Patterns.Postgres;

namespace Tenancy.Tests.AuditLog;

/// <summary>An audit log of its own, in a schema of its own, on a database whose clock the test moves, with the key <c>test-1</c>.</summary>
internal sealed class TestLog : IAsyncDisposable
{
    public static readonly AuditActor Alice = new("user", "alice");

    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _started = [];

    private TestLog(string connectionString, string schema, ECDsa key, Action<AuditLogOptions>? configure, Action<IServiceCollection>? more)
    {
        (Key, ConnectionString) = (key, connectionString);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Captured));
        services.AddPostgres(o => (o.ConnectionString, o.Schema) = (connectionString, schema));
        services.AddAuditLog(o => o.SigningKeys.Add(new("test-1", key)));
        services.AddAuditLog(configure);
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public ECDsa Key { get; }

    public string ConnectionString { get; }

    public CapturedLog Captured { get; } = new();

    public IServiceProvider Services => _services;

    public IAuditLog Log => _services.GetRequiredService<IAuditLog>();

    public IAuditIntegrity Integrity => _services.GetRequiredService<IAuditIntegrity>();

    public IPostgres Postgres => _services.GetRequiredService<IPostgres>();

    /// <summary>The schema's name, without quotes.</summary>
    public string Schema => Postgres.Schema.Trim('"');

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TestLog> NewAsync(string connectionString, Action<AuditLogOptions>? configure = null, Action<IServiceCollection>? more = null)
    {
        var log = new TestLog(connectionString, "a_" + Guid.CreateVersion7().ToString("N"), ECDsa.Create(ECCurve.NamedCurves.nistP256), configure, more);
        await log._services.GetRequiredService<ISchema>().ApplyAsync(Ct);

        // Not a setting of the connection, which a pooler would not pass on.
        await log.ExecuteAsync(
            """
            CREATE TABLE {schema}.moved_clock (by interval NOT NULL);
            INSERT INTO {schema}.moved_clock VALUES ('0');
            GRANT SELECT ON {schema}.moved_clock TO PUBLIC;
            CREATE OR REPLACE FUNCTION {schema}.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
                AS $$ SELECT pg_catalog.statement_timestamp() + (SELECT c.by FROM {schema}.moved_clock c) $$
            """);
        return log;
    }

    /// <summary>The same log in another process, as it were: with its own services, perhaps another connection string or other options.</summary>
    public TestLog Again(string? connectionString = null, Action<AuditLogOptions>? configure = null, Action<IServiceCollection>? more = null) =>
        new(connectionString ?? ConnectionString, Schema, Key, configure, more);

    public static AuditEntry Entry(string tenant = "acme", string action = "invoice.payment.recorded") => new(tenant, Alice, action);

    /// <summary>Moves the database's clock, and that of this log if it has a <see cref="FakeTime"/>.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await ExecuteAsync($"UPDATE {{schema}}.moved_clock SET by = by + interval '{by.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)} milliseconds'");
        (_services.GetRequiredService<TimeProvider>() as FakeTime)?.Advance(by);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Postgres.DataSource.CreateCommand(Postgres.Sql(sql));
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Postgres.DataSource.CreateCommand(Postgres.Sql(sql));
        await command.ExecuteNonQueryAsync(Ct);
    }

    public Task<long> EntriesAsync() => ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_entries");

    public Task<long> PendingAsync() => ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_pending");

    public async Task<T> InTransactionAsync<T>(Func<NpgsqlTransaction, Task<T>> work, bool commit = true)
    {
        await using var connection = await Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var result = await work(transaction);
        if (commit)
            await transaction.CommitAsync(Ct);
        return result;
    }

    /// <summary>Starts what a host would start, and stops it when this is disposed.</summary>
    public async Task StartAsync()
    {
        _started.AddRange(_services.GetServices<IHostedService>());
        foreach (var service in _started.OfType<IHostedLifecycleService>())
            await service.StartingAsync(Ct);
        foreach (var service in _started)
            await service.StartAsync(Ct);
    }

    /// <summary>A login of its own with the roles that an application needs, and the log as it sees it, beside a migration connection that may change the schema.</summary>
    public async Task<(string Login, TestLog Log)> AsApplicationAsync(Action<AuditLogOptions>? configure = null)
    {
        var login = "app_" + Guid.CreateVersion7().ToString("N");
        await ExecuteAsync(
            $"""
            CREATE ROLE {login} LOGIN PASSWORD 'secret';
            GRANT {Schema}_audit_writer, {Schema}_audit_reader, {Schema}_audit_auditor TO {login};
            GRANT SELECT ON {Schema}.schema_versions, {Schema}.time_partitions TO {login};
            """);
        var own = new NpgsqlConnectionStringBuilder(ConnectionString) { Username = login, Password = "secret" }.ConnectionString;
        return (login, Again(own, configure, services => services.AddPostgres(o => o.MigrationConnectionString = ConnectionString)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_started))
            await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }
}
