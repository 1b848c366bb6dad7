using Npgsql;

namespace Kernel.Tests.Postgres;

/// <summary>Somebody else's transaction that has inserted these ids and is still open: who inserts one of them waits for its end.</summary>
public sealed class RowLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private bool _ended;

    private RowLock(NpgsqlConnection connection) => _connection = connection;

    public static async Task<RowLock> TakeAsync(NpgsqlDataSource direct, params int[] ids)
    {
        ArgumentNullException.ThrowIfNull(direct);
        var connection = await direct.OpenConnectionAsync();

        // As a replica does, so that the table's trigger is not run: the gate is not for this session.
        await using var command = new NpgsqlCommand($"BEGIN; SET LOCAL session_replication_role = replica; INSERT INTO entries (id) VALUES {string.Join(',', ids.Select(id => $"({id})"))}", connection);
        await command.ExecuteNonQueryAsync();
        return new(connection);
    }

    /// <summary>Takes the rows back, so that others may insert them.</summary>
    public Task ReleaseAsync() => EndAsync("ROLLBACK");

    /// <summary>Keeps the rows, so that others find them taken.</summary>
    public Task KeepAsync() => EndAsync("COMMIT");

    public async ValueTask DisposeAsync()
    {
        if (!_ended)
            await ReleaseAsync();
        await _connection.DisposeAsync();
    }

    private async Task EndAsync(string sql)
    {
        _ended = true;
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }
}
