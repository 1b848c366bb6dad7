using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>Where connections come from: the container's data source, or one of our own that ends with us.</summary>
internal sealed class PostgresDataSources : IAsyncDisposable, IDisposable
{
    private readonly NpgsqlDataSource? _owned;
    private readonly Lazy<NpgsqlDataSource>? _migration;
    private readonly string? _session;

    public PostgresDataSources(IServiceProvider services, IOptions<PostgresOptions> options)
    {
        var shared = services.GetService<NpgsqlDataSource>();
        if (shared is null && string.IsNullOrWhiteSpace(options.Value.ConnectionString))
        {
            throw new InvalidOperationException(
                "Patterns.Postgres does not know where the database is. Either register an NpgsqlDataSource (services.AddSingleton(NpgsqlDataSource.Create(connectionString))), "
                + "or set PostgresOptions.ConnectionString (services.AddPostgres(o => o.ConnectionString = connectionString)).");
        }

        _owned = shared is null ? NpgsqlDataSource.Create(options.Value.ConnectionString!) : null;
        Application = shared ?? _owned!;
        _session = options.Value.SessionConnectionString;
        if (options.Value.MigrationConnectionString is { } migration)
            _migration = new(() => NpgsqlDataSource.Create(migration));
    }

    public NpgsqlDataSource Application { get; }

    /// <summary>For everything that changes the schema; opened only when something must be changed.</summary>
    public NpgsqlDataSource Migration => _migration?.Value ?? Application;

    /// <summary>
    /// A closed connection, outside every pool, for what lives as long as its session: it takes no place that a request needs, and nobody gets it
    /// after us.
    /// </summary>
    public async ValueTask<NpgsqlConnection> CreateSessionAsync(CancellationToken ct)
    {
        if (_session is not null)
            return new(Unpooled(_session));

        // A data source does not tell its password; only a clone of one of its connections has it, and its certificates.
        var connection = Application.CreateConnection();
        await using (connection.ConfigureAwait(false))
            return await connection.CloneWithAsync(Unpooled(Application.ConnectionString), ct).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _owned?.Dispose();
        if (_migration is { IsValueCreated: true })
            _migration.Value.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_owned is not null)
            await _owned.DisposeAsync().ConfigureAwait(false);
        if (_migration is { IsValueCreated: true })
            await _migration.Value.DisposeAsync().ConfigureAwait(false);
    }

    private static string Unpooled(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Multiplexing = false, Enlist = false }.ConnectionString;
}
