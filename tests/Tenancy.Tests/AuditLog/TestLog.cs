using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
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

    private TestLog(string connectionString, string schema, ECDsa key, Action<AuditLogOptions>? configure, Action<IServiceCollection>? more)
    {
        Key = key;
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Captured));
        services.AddPostgres(o => (o.ConnectionString, o.Schema) = (connectionString, schema));
        services.AddAuditLog(o => o.SigningKeys.Add(new("test-1", key)));
        services.AddAuditLog(configure);
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public ECDsa Key { get; }

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
        new(connectionString ?? Postgres.DataSource.ConnectionString, Schema, Key, configure, more);

    public static AuditEntry Entry(string tenant = "acme", string action = "invoice.payment.recorded") => new(tenant, Alice, action);

    public Task AdvanceAsync(TimeSpan by) =>
        ExecuteAsync($"UPDATE {{schema}}.moved_clock SET by = by + interval '{by.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)} milliseconds'");

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

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
    }
}
