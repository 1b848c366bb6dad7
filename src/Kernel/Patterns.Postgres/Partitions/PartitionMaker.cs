using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>Makes a partition while readers and writers of its table go on.</summary>
internal sealed class PartitionMaker(PostgresDataSources sources, IOptions<PostgresOptions> options, TimeProvider time)
{
    private const int Attempts = 5;

    // A statement may name a partition, and is then held to the partition's own rights. Not where the table has row-level security: its policies do not hold for who names a partition.
    private const string Rights =
        """
        DO $rights$
        DECLARE
            v_right text;
        BEGIN
            FOR v_right IN
                SELECT pg_catalog.format('GRANT %s ON %s TO %s', a.privilege_type, {partition}, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
                FROM pg_catalog.pg_class c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a
                WHERE c.oid = {parent}::regclass AND NOT c.relrowsecurity AND a.grantee <> c.relowner
            LOOP
                EXECUTE v_right;
            END LOOP;
        END
        $rights$
        """;

    private readonly string _schema = Identifier.Quote(options.Value.Schema);

    /// <summary>Makes the partition unless it is there. Any number of callers may do so at once.</summary>
    /// <param name="table">The partitioned table.</param>
    /// <param name="name">The partition.</param>
    /// <param name="values">What it holds: what follows FOR VALUES.</param>
    /// <param name="record">Makes a statement that is committed with the partition, or null.</param>
    /// <param name="onMade">Runs in the transaction that makes it, or null.</param>
    /// <param name="ct">Cancels the work; the partition is then made or not.</param>
    /// <returns>Whether this call made it.</returns>
    public async ValueTask<bool> MakeAsync(
        string table, string name, string values, Func<NpgsqlBatchCommand>? record, Func<string, string, NpgsqlTransaction, CancellationToken, ValueTask>? onMade, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryMakeAsync(table, name, values, record, onMade, ct).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState is "55P03" or "40P01" && attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(20, 100 << attempt)), time, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// One transaction, so that a crash leaves no table that is not attached. CREATE TABLE ... PARTITION OF would stop every reader and writer
    /// of the table; ATTACH does not. The advisory lock lets one caller work and the others find the partition made.
    /// </summary>
    private async ValueTask<bool> TryMakeAsync(
        string table, string name, string values, Func<NpgsqlBatchCommand>? record, Func<string, string, NpgsqlTransaction, CancellationToken, ValueTask>? onMade, CancellationToken ct)
    {
        var parent = $"{_schema}.{Identifier.Quote(table)}";
        var partition = $"{_schema}.{Identifier.Quote(name)}";
        var connection = await sources.Migration.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                if (!await IsMissingAsync(transaction, parent, partition, ct).ConfigureAwait(false))
                    return false;

                var batch = new NpgsqlBatch(connection, transaction)
                {
                    BatchCommands =
                    {
                        new($"CREATE TABLE {partition} (LIKE {parent} INCLUDING ALL)"),
                        new($"ALTER TABLE {parent} ATTACH PARTITION {partition} FOR VALUES {values}"),
                        new(Rights.Replace("{parent}", $"'{parent}'", StringComparison.Ordinal).Replace("{partition}", $"'{partition}'", StringComparison.Ordinal)),
                    },
                };
                await using (batch.ConfigureAwait(false))
                {
                    if (record is not null)
                        batch.BatchCommands.Add(record());
                    await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
                }

                if (onMade is not null)
                    await onMade(parent, partition, transaction, ct).ConfigureAwait(false);
                await transaction.CommitAsync(ct).ConfigureAwait(false);
                return true;
            }
        }
    }

    private static async ValueTask<bool> IsMissingAsync(NpgsqlTransaction transaction, string parent, string partition, CancellationToken ct)
    {
        var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            BatchCommands =
            {
                new("SET LOCAL lock_timeout = '2s'"),
                new("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))") { Parameters = { new NpgsqlParameter<string> { TypedValue = partition } } },
                new("SELECT NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2) AND NOT inhdetachpending)")
                {
                    Parameters = { new NpgsqlParameter<string> { TypedValue = parent }, new NpgsqlParameter<string> { TypedValue = partition } },
                },
            },
        };
        await using (batch.ConfigureAwait(false))
        {
            var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.NextResultAsync(ct).ConfigureAwait(false);
                await reader.ReadAsync(ct).ConfigureAwait(false);
                return reader.GetBoolean(0);
            }
        }
    }
}
