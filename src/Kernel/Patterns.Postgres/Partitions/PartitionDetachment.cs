using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// Takes partitions out of their tables and drops them, without ever standing in the way of the table's readers and writers.
/// <para>
/// DETACH ... CONCURRENTLY cannot run in a transaction block, and so SET LOCAL cannot limit its waits; a setting of the session would not reach it, or
/// would stay behind, where a pooler hands out the session for each transaction. It needs no lock_timeout to be harmless: what it asks for on the table,
/// SHARE UPDATE EXCLUSIVE, conflicts with neither reading nor writing, even while it queues; it then waits for the transactions that use the table without
/// holding anything they need; and the lock that does exclude everybody is on the partition alone, when nobody looks into it any more. So the client's
/// clock limits it, through a cancel request, which a pooler passes on too. Cancelled, it leaves the partition as it was or half detached; FINALIZE, which
/// may run in a transaction with its lock_timeout, ends the latter in a later run.
/// </para>
/// </summary>
internal sealed class PartitionDetachment(PostgresDataSources sources, IOptions<PostgresOptions> options, TimeProvider time, ILoggerFactory? loggers = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _schema = Identifier.Quote(options.Value.Schema);
    private readonly ILogger _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);

    /// <summary>Takes a partition out, or finishes what an earlier run had begun.</summary>
    /// <returns>True when it is not attached any more; false when it must wait for other transactions, for a later run.</returns>
    public Task<bool> TryDetachAsync(string table, string partition, CancellationToken ct) => PatientlyAsync(table, partition, async token =>
    {
        var detach = $"ALTER TABLE {_schema}.{Identifier.Quote(table)} DETACH PARTITION {_schema}.{Identifier.Quote(partition)}";
        switch (await ReadAsync(table, partition, token).ConfigureAwait(false))
        {
            case (Pending: true, _):
                await InTransactionAsync($"{detach} FINALIZE", token).ConfigureAwait(false);
                break;
            case (_, HasDefault: true):
                // PostgreSQL refuses CONCURRENTLY beside a default partition. This stops the table for a moment, and for lock_timeout at most.
                await InTransactionAsync(detach, token).ConfigureAwait(false);
                break;
            case not null:
                var command = sources.Migration.CreateCommand($"{detach} CONCURRENTLY");
                await using (command.ConfigureAwait(false))
                {
                    command.CommandTimeout = 0;
                    await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
                }

                break;
        }
    }, ct);

    /// <summary>Drops a table that is attached to none, if it is there.</summary>
    /// <returns>False when it must wait for other transactions, for a later run.</returns>
    public Task<bool> TryDropAsync(string table, string partition, CancellationToken ct) =>
        PatientlyAsync(table, partition, token => InTransactionAsync($"DROP TABLE IF EXISTS {_schema}.{Identifier.Quote(partition)}", token), ct);

    /// <summary>Runs a step that may meet other transactions. What meets them for longer than it may wait is left to a later run.</summary>
    public async Task<bool> PatientlyAsync(string table, string partition, Func<CancellationToken, Task> step, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            await step(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (!ct.IsCancellationRequested && (e is PostgresException { SqlState: "55P03" or "40P01" } || (e is OperationCanceledException && patience.IsCancellationRequested)))
        {
            Log.PartitionPostponed(_logger, partition, table);
            return false;
        }
    }

    /// <summary>Null when it is no partition of the table.</summary>
    private async Task<(bool Pending, bool HasDefault)?> ReadAsync(string table, string partition, CancellationToken ct)
    {
        var command = sources.Migration.CreateCommand(
            """
            SELECT i.inhdetachpending, p.partdefid <> 0
            FROM pg_inherits i JOIN pg_partitioned_table p ON p.partrelid = i.inhparent
            WHERE i.inhparent = to_regclass($1) AND i.inhrelid = to_regclass($2)
            """);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{_schema}.{Identifier.Quote(table)}" });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{_schema}.{Identifier.Quote(partition)}" });
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                return await reader.ReadAsync(ct).ConfigureAwait(false) ? (reader.GetBoolean(0), reader.GetBoolean(1)) : null;
        }
    }

    private async Task InTransactionAsync(string statement, CancellationToken ct)
    {
        // Sent together, the two are one transaction.
        var batch = sources.Migration.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new("SELECT set_config('lock_timeout', '2s', true)"));
            batch.BatchCommands.Add(new(statement));
            await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }
}
