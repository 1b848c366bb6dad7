using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// Drops the partitions that end at a moment or before it. Invariant: no statement here touches a partition whose end is later than that moment;
/// <see cref="Expired"/> is in every one of them. The row's state tells a later run where a crash left off: attached, then detaching (committed before
/// anything happens), then detached (the table is on its own), then no row and no table, which happen together.
/// </summary>
internal sealed class PartitionRetention(PostgresDataSources sources, PartitionDetachment detachment, IOptions<PostgresOptions> options, ILoggerFactory? loggers = null)
{
    private const string Expired = "parent = $1 AND to_at <= $2";

    private readonly string _schema = Identifier.Quote(options.Value.Schema);
    private readonly ILogger _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);

    /// <exception cref="AggregateException">OnDetached failed. The other partitions were dropped all the same.</exception>
    public async Task RunAsync(TimePartitioning table, DateTimeOffset before, CancellationToken ct)
    {
        await ExecuteAsync(table, before, $"UPDATE {_schema}.time_partitions SET state = 'detaching' WHERE {Expired} AND state = 'attached'", partition: null, ct).ConfigureAwait(false);

        var failures = new List<Exception>();
        var waiting = false;
        foreach (var (partition, detaching) in await ReadAsync(table, before, ct).ConfigureAwait(false))
        {
            if (detaching)
            {
                // PostgreSQL lets a table have one unfinished detachment, so the others wait with it.
                waiting = waiting || !await detachment.TryDetachAsync(table.Table, partition, ct).ConfigureAwait(false);
                if (waiting)
                    continue;
                await ExecuteAsync(table, before, $"UPDATE {_schema}.time_partitions SET state = 'detached', detached_at = {_schema}.now() WHERE {Expired} AND partition = $3", partition, ct).ConfigureAwait(false);
            }

            try
            {
                await DropAsync(table, before, partition, ct).ConfigureAwait(false);
            }
            catch (PartitionKeptException e)
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
            throw new AggregateException(failures);
    }

    /// <summary>Whether any are left that end at that moment or before it.</summary>
    public async Task<bool> AnyAsync(TimePartitioning table, DateTimeOffset before, CancellationToken ct)
    {
        var command = sources.Migration.CreateCommand($"SELECT EXISTS (SELECT FROM {_schema}.time_partitions WHERE {Expired})");
        await using (command.ConfigureAwait(false))
        {
            AddKey(command.Parameters, table, before, partition: null);
            return (bool)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        }
    }

    private async Task<IReadOnlyList<(string Partition, bool Detaching)>> ReadAsync(TimePartitioning table, DateTimeOffset before, CancellationToken ct)
    {
        var partitions = new List<(string, bool)>();
        var command = sources.Migration.CreateCommand($"SELECT partition, state = 'detaching' FROM {_schema}.time_partitions WHERE {Expired} AND state <> 'attached' ORDER BY from_at");
        await using (command.ConfigureAwait(false))
        {
            AddKey(command.Parameters, table, before, partition: null);
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    partitions.Add((reader.GetString(0), reader.GetBoolean(1)));
                return partitions;
            }
        }
    }

    private async Task DropAsync(TimePartitioning table, DateTimeOffset before, string partition, CancellationToken ct)
    {
        var connection = await sources.Migration.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                if (await LockAsync(table, before, partition, transaction, ct).ConfigureAwait(false) is not { } bounds)
                    return; // another instance, whose claim ran out while it worked, is at it or done

                var name = $"{_schema}.{Identifier.Quote(partition)}";
                if (bounds.Exists && table.OnDetached is { } onDetached)
                    await ShowAsync(table, onDetached, new($"{_schema}.{Identifier.Quote(table.Table)}", name, bounds.From, bounds.To, transaction), ct).ConfigureAwait(false);

                var dropped = await detachment.PatientlyAsync(table.Table, partition, async token =>
                {
                    var batch = new NpgsqlBatch(connection, transaction)
                    {
                        BatchCommands =
                        {
                            new("SET LOCAL lock_timeout = '2s'"),
                            new($"DROP TABLE IF EXISTS {name}"),
                            new($"DELETE FROM {_schema}.time_partitions WHERE {Expired} AND partition = $3"),
                        },
                    };
                    await using (batch.ConfigureAwait(false))
                    {
                        AddKey(batch.BatchCommands[2].Parameters, table, before, partition);
                        await batch.ExecuteNonQueryAsync(token).ConfigureAwait(false);
                    }

                    await transaction.CommitAsync(token).ConfigureAwait(false);
                }, ct).ConfigureAwait(false);
                if (dropped)
                {
                    Telemetry.Partitions.Add(1, new("table", table.Table), new("action", "dropped"));
                    Log.PartitionDropped(_logger, partition, table.Table);
                }
            }
        }
    }

    private async Task<(bool Exists, DateTimeOffset From, DateTimeOffset To)?> LockAsync(TimePartitioning table, DateTimeOffset before, string partition, NpgsqlTransaction transaction, CancellationToken ct)
    {
        var sql = $"SELECT to_regclass($4) IS NOT NULL, from_at, to_at FROM {_schema}.time_partitions WHERE {Expired} AND partition = $3 AND state = 'detached' FOR UPDATE SKIP LOCKED";
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            AddKey(command.Parameters, table, before, partition);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{_schema}.{Identifier.Quote(partition)}" });
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await reader.ReadAsync(ct).ConfigureAwait(false)
                    ? (reader.GetBoolean(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2))
                    : null;
            }
        }
    }

    private static async ValueTask ShowAsync(TimePartitioning table, Func<DetachedPartition, CancellationToken, ValueTask> onDetached, DetachedPartition partition, CancellationToken ct)
    {
        try
        {
            await onDetached(partition, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            throw new PartitionKeptException($"TimePartitioning.OnDetached of '{table.Table}' failed for {partition.Partition}, which is kept. The next run of the maintenance calls it again.", e);
        }
    }

    private async Task ExecuteAsync(TimePartitioning table, DateTimeOffset before, string sql, string? partition, CancellationToken ct)
    {
        var command = sources.Migration.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            AddKey(command.Parameters, table, before, partition);
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    private static void AddKey(NpgsqlParameterCollection parameters, TimePartitioning table, DateTimeOffset before, string? partition)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = table.Table });
        parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
        if (partition is not null)
            parameters.Add(new NpgsqlParameter<string> { TypedValue = partition });
    }
}
