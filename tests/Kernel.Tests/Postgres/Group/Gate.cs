using Npgsql;

namespace Kernel.Tests.Postgres;

/// <summary>While it is closed, statements that insert entries wait at the table: they have been sent, and have no answer.</summary>
public sealed class Gate : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private Gate(NpgsqlConnection connection) => _connection = connection;

    public static async Task<Gate> CloseAsync(NpgsqlDataSource direct, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(direct);
        var gate = new Gate(await direct.OpenConnectionAsync(ct));
        await gate.ExecuteAsync("SELECT pg_advisory_lock(4711)");
        return gate;
    }

    /// <summary>Returns when so many statements wait.</summary>
    public Task ArrivedAsync(int statements = 1) => Eventually.HoldsAsync($"{statements} statements wait at the gate", async () => await WaitingAsync() == statements);

    public Task OpenAsync() => ExecuteAsync("SELECT pg_advisory_unlock(4711)");

    /// <summary>Ends the connections of the statements that wait.</summary>
    public Task TerminateAsync() => ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");

    public async ValueTask DisposeAsync()
    {
        // The driver would give the lock back only when it uses the connection again.
        await ExecuteAsync("SELECT pg_advisory_unlock_all()");
        await _connection.DisposeAsync();
    }

    private async Task<long> WaitingAsync()
    {
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", _connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }
}
