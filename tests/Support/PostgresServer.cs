using Patterns.DevServers;
using Xunit;

namespace Support;

/// <summary>
/// The PostgreSQL server that all test classes of this process share. A test project takes it with
/// <c>[assembly: AssemblyFixture(typeof(PostgresServer))]</c>; test classes take a <see cref="PostgresDatabase"/>.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private DevPostgres? _server;

    public DevPostgres Server => _server ?? throw new InvalidOperationException("The fixture was not initialised.");

    public async ValueTask InitializeAsync() => _server = await DevServers.StartPostgresAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
