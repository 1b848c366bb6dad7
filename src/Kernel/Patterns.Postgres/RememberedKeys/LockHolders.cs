using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// Waits until every transaction that may have added a key before now has ended. All of them hold ROW EXCLUSIVE on the table, from before they read the
/// clock until their end; pg_locks shows it for prepared transactions too. Who takes that lock later reads a newer clock, and is not waited for.
/// </summary>
internal sealed class LockHolders(PostgresDataSources sources, IOptions<PostgresOptions> options, TimeProvider time)
{
    private const string Holders =
        """
        SELECT coalesce(array_agg(DISTINCT l.virtualtransaction), '{}') FROM pg_locks l
        WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.relation = to_regclass($1)
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private readonly string _schema = Identifier.Quote(options.Value.Schema);

    /// <summary>How many of those that held the lock at the call still do when they have gone, or patience has.</summary>
    public async Task<int> WaitAsync(string table, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        HashSet<string> noted = [.. await ReadAsync(table, ct).ConfigureAwait(false)];
        for (var pause = TimeSpan.FromMilliseconds(20); noted.Count > 0 && time.GetElapsedTime(started) < Patience; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause, time, ct).ConfigureAwait(false);
            noted.IntersectWith(await ReadAsync(table, ct).ConfigureAwait(false));
        }

        return noted.Count;
    }

    private async Task<string[]> ReadAsync(string table, CancellationToken ct)
    {
        var command = sources.Migration.CreateCommand(Holders);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{_schema}.{Identifier.Quote(table)}" });
            return (string[])(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        }
    }
}
