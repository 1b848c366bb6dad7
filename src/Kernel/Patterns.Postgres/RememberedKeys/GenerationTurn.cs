using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// Turns to the next generation of keys. Invariant: of all transactions that claim one key within RememberFor, at most one that commits was told "new".
/// <para>
/// Two claims meet in a unique index, or the later one finds the earlier one's row. Both in the same generation: they meet in it. One before a turn, in
/// generation c, and one after it, in c + 1: the former either committed before the turn, and then the latter finds its row in c, at which it looks; or
/// it was open at the turn, and then it had read the clock in overlap, and meets the latter in c + 1. There is no third case, because the turn waits, after
/// the overlap is committed, for every transaction that may have read the clock before it. A claim two turns later does not look at c any more, but c + 1
/// was current for RememberFor by then.
/// </para>
/// <para>
/// The clock's row and the catalog are all the state there is, so a run that stops at any line is continued by the next: overlap may last as long as it
/// likes, and the wait begins anew. Each change of the clock names the state that it leaves, so of two runs at once one makes it.
/// </para>
/// </summary>
internal sealed class GenerationTurn(
    PostgresDataSources sources, PartitionMaker maker, PartitionDetachment detachment, LockHolders holders, MaintenanceClaims claims, RememberedKeyTables tables, IOptions<PostgresOptions> options, ILoggerFactory? loggers = null)
    : IRememberedKeys
{
    private readonly string _schema = Identifier.Quote(options.Value.Schema);
    private readonly ILogger _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);

    public Task MaintainAsync(CancellationToken ct = default) => claims.RunEachAsync(tables.All, keys => "remembered_keys:" + keys.Table, MaintainAsync, ct);

    private async Task MaintainAsync(RememberedKeys keys, CancellationToken ct)
    {
        var clock = await ReadAsync(keys, ct).ConfigureAwait(false);

        // Before the overlap, whose claims write it.
        var next = clock.Current + 1;
        await maker.MakeAsync(keys.Table, Name(keys, next), $"IN ({next.ToString(CultureInfo.InvariantCulture)})", record: null, onMade: null, ct).ConfigureAwait(false);

        if (!clock.Overlap && clock.IsDue)
        {
            await SetAsync(keys, clock.Current, "overlap = true", "NOT overlap", ct).ConfigureAwait(false);
            clock = clock with { Overlap = true };
        }

        if (clock.Overlap)
        {
            if (await holders.WaitAsync(keys.Table, ct).ConfigureAwait(false) is > 0 and var open)
            {
                Log.TurnPostponed(_logger, keys.Table, open);
                return;
            }

            if (await SetAsync(keys, clock.Current, $"current = current + 1, overlap = false, turned_at = {_schema}.now()", "overlap", ct).ConfigureAwait(false))
            {
                Telemetry.Turns.Add(1, new KeyValuePair<string, object?>("table", keys.Table));
                Log.GenerationTurned(_logger, keys.Table, next);
            }
        }

        await DropAsync(keys, ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Drops the generations before the previous one. No claim from now on looks at them, and the wait lets those end that read an older clock; their
    /// successor was current for RememberFor before the turn that made them so. One that a crash left detached is known by its name.
    /// </summary>
    private async Task DropAsync(RememberedKeys keys, CancellationToken ct)
    {
        var (current, _, _) = await ReadAsync(keys, ct).ConfigureAwait(false);
        var old = await FindAsync(keys, current - 1, ct).ConfigureAwait(false);
        if (old.Count == 0)
            return;

        if (await holders.WaitAsync(keys.Table, ct).ConfigureAwait(false) is > 0 and var open)
        {
            Log.TurnPostponed(_logger, keys.Table, open);
            return;
        }

        foreach (var generation in old)
        {
            if (!await detachment.TryDetachAsync(keys.Table, generation, ct).ConfigureAwait(false) || !await detachment.TryDropAsync(keys.Table, generation, ct).ConfigureAwait(false))
                return;

            Telemetry.Partitions.Add(1, new("table", keys.Table), new("action", "dropped"));
            Log.PartitionDropped(_logger, generation, keys.Table);
        }
    }

    private async Task<GenerationClock> ReadAsync(RememberedKeys keys, CancellationToken ct)
    {
        var command = sources.Migration.CreateCommand($"SELECT current, overlap, turned_at <= {_schema}.now() - $1 FROM {_schema}.{Identifier.Quote(keys.Clock)}");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = keys.RememberFor });
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (!await reader.ReadAsync(ct).ConfigureAwait(false))
                    throw new InvalidOperationException($"The clock table '{keys.Clock}' of the remembered keys '{keys.Table}' has lost its row. Insert (current, overlap, turned_at) with the highest generation in '{keys.Table}', true and the present time.");
                return new(reader.GetInt32(0), reader.GetBoolean(1), reader.GetBoolean(2));
            }
        }
    }

    private async Task<bool> SetAsync(RememberedKeys keys, int current, string change, string condition, CancellationToken ct)
    {
        var command = sources.Migration.CreateCommand($"UPDATE {_schema}.{Identifier.Quote(keys.Clock)} SET {change} WHERE current = $1 AND {condition}");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = current });
            return await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false) == 1;
        }
    }

    private async Task<IReadOnlyList<string>> FindAsync(RememberedKeys keys, int before, CancellationToken ct)
    {
        const string Sql =
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL substring(c.relname FROM length($2) + 1) AS s (suffix)
            WHERE n.nspname = $1 AND c.relkind = 'r' AND starts_with(c.relname::text, $2) AND s.suffix ~ '^_g[0-9]{1,9}$' AND substring(s.suffix FROM 3)::int < $3
            ORDER BY substring(s.suffix FROM 3)::int
            """;
        var generations = new List<string>();
        var command = sources.Migration.CreateCommand(Sql);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = options.Value.Schema });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = keys.Table });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = before });
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    generations.Add(reader.GetString(0));
                return generations;
            }
        }
    }

    private static string Name(RememberedKeys keys, int generation) => $"{keys.Table}_g{generation.ToString(CultureInfo.InvariantCulture)}";
}
