#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Tenancy/Patterns.RlsSession/Patterns.RlsSession.csproj
#:project ../src/Kernel/Patterns.DevServers/Patterns.DevServers.csproj

// Every statement runs as one tenant, a statement without one is refused, and injected SQL cannot become another tenant. Run it with: dotnet run samples/RlsSession.cs
using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using Patterns.DevServers;
using Patterns.RlsSession;

await using var server = await DevServers.StartPostgresAsync();
await using var database = await server.CreateDatabaseAsync();
await using var owner = NpgsqlDataSource.Create(database.ConnectionString);
var suffix = Guid.CreateVersion7().ToString("n")[^8..]; // roles belong to the whole server
var (login, role) = ($"web_{suffix}", $"app_{suffix}");

// As the owner: a login role that owns nothing and may nothing, the role that scoped statements run as, and a table.
await RunAsync(
    $"""
     CREATE ROLE {login} LOGIN NOINHERIT PASSWORD 'web'; CREATE ROLE {role} NOLOGIN; GRANT {role} TO {login};
     CREATE SCHEMA patterns; GRANT USAGE ON SCHEMA patterns TO {login}, {role};
     CREATE TABLE orders (tenant_id text NOT NULL, id int NOT NULL, total int NOT NULL, PRIMARY KEY (tenant_id, id));
     GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO {role};
     """);

// The application connects as the login role; only schema scripts connect as the owner.
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services
    .AddPostgres(o =>
    {
        o.ConnectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = login, Password = "web" }.ConnectionString;
        o.MigrationConnectionString = database.ConnectionString;
    })
    .AddRlsSession(o =>
    {
        o.Role = role;
        o.Sealing = Sealing.On;
        o.SealKeys.Add(new SealKey(1, RandomNumberGenerator.GetBytes(32))); // from your secret store
    });
using var host = builder.Build();
await host.StartAsync(); // installs the functions, and would refuse a superuser
await RunAsync(RlsSql.Protect("orders")); // in your own migration; print it and read it first
var (session, accessor, tenants) = (host.Services.GetRequiredService<IRlsSession>(), host.Services.GetRequiredService<ITenantAccessor>(), host.Services.GetRequiredService<TenantDataSource>());

// One round trip: scope, both statements and the commit. Neither statement names a tenant that it should not.
foreach (var tenant in new[] { "acme", "globex" })
{
    await session.ExecuteAsync(new TenantScope(tenant), new NpgsqlBatch
    {
        BatchCommands =
        {
            new("INSERT INTO orders SELECT patterns.tenant_id(), i, i * 100 FROM generate_series(1, $1) i") { Parameters = { new NpgsqlParameter<int> { TypedValue = tenant.Length } } },
            new("UPDATE orders SET total = total + 1"),
        },
    });
}

Console.WriteLine($"acme counts {await CountAsync("acme")} orders, globex {await CountAsync("globex")}, a tenant that is not there {await CountAsync("nobody")}");

// The same table through ADO.NET, as Dapper would use it: the scope comes from the flow of control.
using (accessor.Enter(new TenantScope("acme")))
{
    await using var connection = await tenants.OpenConnectionAsync();
    await using var command = connection.CreateCommand();
    command.CommandText = "SELECT sum(total) FROM orders";
    Console.WriteLine($"acme's orders come to {await command.ExecuteScalarAsync()}");
}

// Somebody forgets the tenant, writes into another one, or injects SQL: the database refuses each.
await RefusedAsync("Without a tenant", async () =>
{
    await using var connection = await tenants.OpenConnectionAsync();
    await using var command = connection.CreateCommand();
    command.CommandText = "SELECT count(*) FROM orders";
    await command.ExecuteScalarAsync();
});
await RefusedAsync("Past the library", async () =>
{
    await using var raw = host.Services.GetRequiredService<Patterns.Postgres.IPostgres>().DataSource.CreateBatch();
    raw.BatchCommands.Add(new($"SELECT set_config('role', '{role}', true)"));
    raw.BatchCommands.Add(new("SELECT count(*) FROM orders"));
    await raw.ExecuteNonQueryAsync();
});
await RefusedAsync("A row for another tenant", () => session.ExecuteAsync(new TenantScope("acme"), Batch("INSERT INTO orders VALUES ('globex', 99, 1)")));
await RefusedAsync("An injected tenant", () => session.ExecuteAsync(new TenantScope("acme"), Batch("SELECT set_config('app.tenant_id', 'globex', true)", "SELECT count(*) FROM orders")));
await host.StopAsync();

async Task RunAsync(string sql)
{
    await using var command = owner.CreateCommand(sql);
    await command.ExecuteNonQueryAsync();
}

Task<long> CountAsync(string tenant) => session.ReadAsync(new TenantScope(tenant), Batch("SELECT count(*) FROM orders"), static async (reader, ct) =>
{
    await reader.ReadAsync(ct);
    return reader.GetInt64(0);
});

static NpgsqlBatch Batch(params string[] statements)
{
    var batch = new NpgsqlBatch();
    foreach (var statement in statements)
        batch.BatchCommands.Add(new(statement));
    return batch;
}

static async Task RefusedAsync(string what, Func<Task> call)
{
    try
    {
        await call();
        throw new UnreachableException($"{what}: this should have been refused.");
    }
    catch (Exception e) when (e is TenantNotSetException or PostgresException { SqlState: "42501" })
    {
        Console.WriteLine($"{what}: {(e as PostgresException)?.MessageText ?? e.Message}");
    }
}
