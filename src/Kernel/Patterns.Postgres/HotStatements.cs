using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// Decides whether statements are prepared. A transaction pooler gives the client a process id of its own, so that it differs from the one that the
/// backend itself reports; a statement prepared there would meet another backend the next time.
/// </summary>
internal sealed class HotStatements(PrepareMode mode, ILogger logger)
{
    private readonly ConcurrentDictionary<string, bool> _direct = new(StringComparer.Ordinal);

    public ValueTask PrepareAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var connection = command.Connection ?? throw new ArgumentException("The command has no connection. Set its Connection first.", nameof(command));
        return Prepares(connection) switch
        {
            true => new(command.PrepareAsync(ct)),
            false => ValueTask.CompletedTask,
            null => FirstAsync(connection, command.PrepareAsync, ct),
        };
    }

    public ValueTask PrepareAsync(NpgsqlBatch batch, CancellationToken ct)
    {
        var connection = batch.Connection ?? throw new ArgumentException("The batch has no connection. Set its Connection first.", nameof(batch));
        return Prepares(connection) switch
        {
            true => new(batch.PrepareAsync(ct)),
            false => ValueTask.CompletedTask,
            null => FirstAsync(connection, batch.PrepareAsync, ct),
        };
    }

    /// <summary>Null when nobody has asked yet.</summary>
    private bool? Prepares(NpgsqlConnection connection) => mode switch
    {
        PrepareMode.Never => false,
        PrepareMode.Always => true,
        _ => _direct.TryGetValue(connection.ConnectionString, out var direct) ? direct : null,
    };

    private async ValueTask FirstAsync(NpgsqlConnection connection, Func<CancellationToken, Task> prepare, CancellationToken ct)
    {
        bool direct;
        var question = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        await using (question.ConfigureAwait(false))
            direct = (int)(await question.ExecuteScalarAsync(ct).ConfigureAwait(false))! == connection.ProcessID;

        if (_direct.TryAdd(connection.ConnectionString, direct) && !direct)
            Log.PoolerFound(logger);

        if (direct)
            await prepare(ct).ConfigureAwait(false);
    }
}
