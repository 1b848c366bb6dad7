namespace Patterns.DevServers;

/// <summary>A database of its own for a test class. Disposing drops it, whoever is connected.</summary>
public sealed class DevDatabase : IAsyncDisposable
{
    private readonly Databases _databases;

    internal DevDatabase(Databases databases, string name, string connectionString) => (_databases, Name, ConnectionString) = (databases, name, connectionString);

    /// <summary>The database's name, <c>t_</c> and a UUID.</summary>
    public string Name { get; }

    /// <summary>The connection string for Npgsql.</summary>
    public string ConnectionString { get; }

    /// <summary>Drops the database. Open connections are ended. Twice is once; on a server that was stopped or killed there is nothing to do.</summary>
    /// <returns>A task that completes when the database is gone.</returns>
    public ValueTask DisposeAsync() => _databases.DropAsync(Name);
}
