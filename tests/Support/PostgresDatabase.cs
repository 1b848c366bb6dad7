using Npgsql;
using Patterns.DevServers;
using Xunit;

namespace Support;

/// <summary>A fresh database for one test class: <c>public sealed class Tests(PostgresDatabase database) : IClassFixture&lt;PostgresDatabase&gt;</c>.</summary>
public sealed class PostgresDatabase(PostgresServer server) : IAsyncLifetime
{
    private DevDatabase? _database;
    private NpgsqlDataSource? _dataSource;

    public DevPostgres Server => server.Server;

    public string ConnectionString => Made(_database).ConnectionString;

    public NpgsqlDataSource DataSource => Made(_dataSource);

    /// <summary>A further database, for a test that must not share the class's.</summary>
    /// <param name="template">The template it is copied from; null makes an empty one.</param>
    public Task<DevDatabase> NewAsync(string? template = null) => Server.CreateDatabaseAsync(template);

    public async ValueTask InitializeAsync()
    {
        _database = await NewAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_dataSource is not null) await _dataSource.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    private static T Made<T>(T? part)
        where T : class => part ?? throw new InvalidOperationException("The fixture was not initialised.");
}
