using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>Where connections come from: the container's data source, or one of our own that ends with us.</summary>
internal sealed class PostgresDataSources : IAsyncDisposable, IDisposable
{
    private readonly NpgsqlDataSource? _owned;
    private readonly Lazy<NpgsqlDataSource>? _migration;

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
        if (options.Value.MigrationConnectionString is { } migration)
            _migration = new(() => NpgsqlDataSource.Create(migration));
    }

    public NpgsqlDataSource Application { get; }

    /// <summary>For everything that changes the schema; opened only when something must be changed.</summary>
    public NpgsqlDataSource Migration => _migration?.Value ?? Application;

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
}
