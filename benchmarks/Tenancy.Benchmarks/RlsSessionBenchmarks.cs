using Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Patterns.DevServers;
using Patterns.Postgres;
using Patterns.RlsSession;

namespace Tenancy.Benchmarks;

/// <summary>
/// One row read by its key, for one of 64 tenants in turn. Raw is BEGIN, set_config, query and COMMIT as they are written by hand; Unscoped is the query alone, on an unprotected copy of the table with the
/// tenant in its WHERE. All are prepared by the driver, and the pool is as large as the callers, at most 100.
/// </summary>
public sealed class RlsSessionBenchmarks : IClosedLoopBenchmark
{
    private const int TenantCount = 64;
    private const string Pool = ";Max Auto Prepare=20;Auto Prepare Min Usages=2;No Reset On Close=true;Maximum Pool Size=100";
    private static int _turn;

    public async Task RunAsync(ClosedLoop loop)
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Durable = true });
        await using var database = await server.CreateDatabaseAsync();
        await PrepareAsync(database.ConnectionString);
        var login = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "bench_login", Password = "bench" }.ConnectionString;
        var rounds = Math.Min(loop.Rounds, 5);
        loop.Rounds = rounds;
        loop.Note($"PostgreSQL {server.Version}, client and server on one machine. One scoped read of a row by its key.");

        using (var host = await StartAsync(database.ConnectionString, login, "patterns", Sealing.Off))
            await MeasureAsync(loop, "loopback", host, [1, 16, 64, 256]);
        using (var host = await StartAsync(database.ConnectionString, login, "sealed", Sealing.On))
        {
            loop.Note("sealed: Ours and TenantDataSource with Sealing = On; Raw and Unscoped are as above.");
            await MeasureAsync(loop, "sealed", host, [1, 16, 64]);
        }

        await using var network = DelayingProxy.Start(login, TimeSpan.FromMilliseconds(1));
        using (var host = await StartAsync(database.ConnectionString, network.ConnectionString, "patterns", Sealing.Off))
        {
            loop.Note("1 ms each way: through a proxy that holds back whatever passes for a millisecond and what its timer adds.");
            await MeasureAsync(loop, "1 ms each way", host, [1, 16]);
        }
    }

    private static async Task MeasureAsync(ClosedLoop loop, string name, IHost host, int[] callers)
    {
        var (session, tenants, source) = (host.Services.GetRequiredService<IRlsSession>(), host.Services.GetRequiredService<TenantDataSource>(), host.Services.GetRequiredService<NpgsqlDataSource>());
        var accessor = host.Services.GetRequiredService<ITenantAccessor>();
        var schema = host.Services.GetRequiredService<IPostgres>().Schema.Trim('"');
        var read = $"SELECT body FROM {schema}.items WHERE id = $1";
        loop.Callers = callers;
        await loop.MeasureAsync(
            name,
            new Contender("Raw", () => RawAsync(source, read)),
            new Contender("Unscoped", () => UnscopedAsync(source)),
            new Contender("Ours", () => OursAsync(session, read)),
            new Contender("TenantDataSource", () => AdoAsync(tenants, accessor, read)));
        await host.StopAsync();
    }

    private static async ValueTask OursAsync(IRlsSession session, string read)
    {
        var (tenant, id) = Next();
        var batch = new NpgsqlBatch { BatchCommands = { new(read) { Parameters = { new NpgsqlParameter<int> { TypedValue = id } } } } };
        Check(await session.ReadAsync(new(tenant), batch, static async (reader, ct) => await reader.ReadAsync(ct) ? reader.GetString(0) : null), tenant);
    }

    private static async ValueTask AdoAsync(TenantDataSource source, ITenantAccessor accessor, string read)
    {
        var (tenant, id) = Next();
        using var entered = accessor.Enter(new(tenant));
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = read;
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync();
        Check(await reader.ReadAsync() ? reader.GetString(0) : null, tenant);
    }

    private static async ValueTask RawAsync(NpgsqlDataSource source, string read)
    {
        var (tenant, id) = Next();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var scope = new NpgsqlCommand("SELECT set_config('app.tenant_id', $1, true), set_config('role', $2, true)", connection, transaction)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = tenant }, new NpgsqlParameter<string> { TypedValue = "bench_app" } },
        })
            await scope.ExecuteNonQueryAsync();
        await using (var command = new NpgsqlCommand(read.Replace("sealed.", "patterns.", StringComparison.Ordinal), connection, transaction) { Parameters = { new NpgsqlParameter<int> { TypedValue = id } } })
        await using (var reader = await command.ExecuteReaderAsync())
            Check(await reader.ReadAsync() ? reader.GetString(0) : null, tenant);
        await transaction.CommitAsync();
    }

    private static async ValueTask UnscopedAsync(NpgsqlDataSource source)
    {
        var (tenant, id) = Next();
        await using var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT body FROM unscoped_items WHERE id = $1 AND tenant_id = $2", connection)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = id }, new NpgsqlParameter<string> { TypedValue = tenant } },
        };
        await using var reader = await command.ExecuteReaderAsync();
        Check(await reader.ReadAsync() ? reader.GetString(0) : null, tenant);
    }

    private static (string Tenant, int Id) Next()
    {
        var turn = (uint)Interlocked.Increment(ref _turn);
        return ($"t{turn % TenantCount}", (int)(turn / TenantCount % 1_000));
    }

    private static void Check(string? body, string tenant)
    {
        if (body != tenant)
            throw new InvalidOperationException($"{tenant} read {body ?? "nothing"}.");
    }

    private static async Task PrepareAsync(string admin)
    {
        await using var source = NpgsqlDataSource.Create(admin);
        await using var command = source.CreateCommand(
            """
            CREATE ROLE bench_login LOGIN NOINHERIT PASSWORD 'bench';
            CREATE ROLE bench_app NOLOGIN;
            GRANT bench_app TO bench_login;
            CREATE TABLE unscoped_items (tenant_id text NOT NULL, id int NOT NULL, body text NOT NULL, PRIMARY KEY (tenant_id, id));
            INSERT INTO unscoped_items SELECT 't' || t, i, 't' || t FROM generate_series(0, 63) t, generate_series(0, 999) i;
            GRANT SELECT ON unscoped_items TO bench_login;
            """);
        await command.ExecuteNonQueryAsync();
        foreach (var schema in new[] { "patterns", "sealed" })
        {
            await using var table = source.CreateCommand(
                $"""
                 CREATE SCHEMA {schema};
                 GRANT USAGE ON SCHEMA {schema} TO bench_login, bench_app;
                 CREATE TABLE {schema}.items (LIKE unscoped_items INCLUDING ALL);
                 INSERT INTO {schema}.items SELECT * FROM unscoped_items;
                 GRANT SELECT ON {schema}.items TO bench_app;
                 """);
            await table.ExecuteNonQueryAsync();
        }

        await using var analyze = source.CreateCommand("ANALYZE");
        await analyze.ExecuteNonQueryAsync();
    }

    private static async Task<IHost> StartAsync(string admin, string login, string schema, Sealing sealing)
    {
        var options = new RlsOptions();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton(NpgsqlDataSource.Create(login + Pool));
        builder.Services.AddPostgres(o => (o.MigrationConnectionString, o.Schema, o.MaintenanceInterval) = (admin + ";Pooling=false", schema, Timeout.InfiniteTimeSpan));
        builder.Services.AddRlsSession(o =>
        {
            (o.Role, o.Sealing, options) = ("bench_app", sealing, o);
            o.SealKeys.Add(new(1, new byte[32]));
        });
        var host = builder.Build();
        _ = host.Services.GetRequiredService<IRlsSession>();
        await using (var source = NpgsqlDataSource.Create(admin))
        {
            var installed = await InstalledAsync(source, schema);
            if (!installed)
                await host.Services.GetRequiredService<ISchema>().ApplyAsync();
            await using var protect = source.CreateCommand(RlsSql.InstallFunctions(options, schema) + RlsSql.Protect(schema + ".items", new() { FunctionSchema = schema }) + $"GRANT SELECT ON {schema}.schema_versions TO bench_login;");
            await protect.ExecuteNonQueryAsync();
        }

        await host.StartAsync();
        return host;
    }

    private static async Task<bool> InstalledAsync(NpgsqlDataSource source, string schema)
    {
        await using var command = source.CreateCommand($"SELECT to_regclass('{schema}.schema_versions') IS NOT NULL");
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}
