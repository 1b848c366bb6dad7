using Npgsql;

namespace Tenancy.Tests.RlsSession;

/// <summary>PgBouncer in transaction mode with two server connections, on which every client is one unprivileged login role.</summary>
public sealed class TenantPooler : IAsyncLifetime
{
    private readonly PostgresServer _server;
    private readonly PgBouncer _pooler;

    public TenantPooler(PostgresServer server)
    {
        _server = server;
        Login = ($"pooled_{Guid.CreateVersion7():n}", "pooled");
        _pooler = new(server) { User = Login, PoolSize = 2 };
    }

    public (string Name, string Password) Login { get; }

    public Route To(string admin) => new(admin, Login, _pooler.Through);

    public async ValueTask InitializeAsync()
    {
        await using (var source = NpgsqlDataSource.Create(_server.Server.ConnectionString()))
        await using (var command = source.CreateCommand($"CREATE ROLE {Login.Name} LOGIN NOINHERIT PASSWORD '{Login.Password}'"))
            await command.ExecuteNonQueryAsync();
        await _pooler.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _pooler.DisposeAsync();
}
