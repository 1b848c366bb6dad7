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
        if (mode == PrepareMode.Never)
            return ValueTask.CompletedTask;

        var connection = command.Connection ?? throw new ArgumentException("The command has no connection. Set its Connection first.", nameof(command));
        if (mode == PrepareMode.Always)
            return new(command.PrepareAsync(ct));

        if (!_direct.TryGetValue(connection.ConnectionString, out var direct))
            return FirstAsync(command, connection, ct);

        return direct ? new(command.PrepareAsync(ct)) : ValueTask.CompletedTask;
    }

    private async ValueTask FirstAsync(NpgsqlCommand command, NpgsqlConnection connection, CancellationToken ct)
    {
        bool direct;
        var question = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        await using (question.ConfigureAwait(false))
            direct = (int)(await question.ExecuteScalarAsync(ct).ConfigureAwait(false))! == connection.ProcessID;

        if (_direct.TryAdd(connection.ConnectionString, direct) && !direct)
            Log.PoolerFound(logger);

        if (direct)
            await command.PrepareAsync(ct).ConfigureAwait(false);
    }
}
