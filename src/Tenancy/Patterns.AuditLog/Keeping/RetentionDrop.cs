using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>
/// Drops what is past its retention: the oldest months of a class, one after another, as long as each is expired and wholly sealed. First a signed run records what goes, then the partition of its entries
/// is dropped, which keeps what is held, then that of its leaves. A crash between them leaves the rest to the next turn, which finds the record.
/// </summary>
internal sealed class RetentionDrop(
    IPostgres postgres, ITimePartitions partitions, AuditorTransactions auditor, Sealer sealer, IOptions<AuditLogOptions> options, ILoggerFactory? loggers = null)
{
    private readonly ILogger _logger = Log.For(loggers);
    private readonly string _months = postgres.Sql("SELECT from_at, to_at, is_expired AND is_sealed FROM {schema}.audit_log_months($1)");
    private readonly string _recorded = postgres.Sql("SELECT note FROM {schema}.audit_log_runs WHERE kind = 3");
    private readonly string _seals = postgres.Sql(
        """
        SELECT s.run_no, r.root, count(*), sum(cardinality(e.entry_ids))
        FROM {schema}.audit_log_seal_entries e
        JOIN {schema}.audit_log_seals s USING (tenant_id, seal_no)
        JOIN {schema}.audit_log_runs r USING (run_no)
        WHERE e.retention_class = $1 AND e.month = $2
        GROUP BY s.run_no, r.root ORDER BY s.run_no
        """);

    public async Task<int> RunAsync(CancellationToken ct)
    {
        var dropped = 0;
        foreach (var retentionClass in options.Value.Retention.Keys.Order(StringComparer.Ordinal))
        {
            foreach (var (from, to) in await auditor.RunAsync((t, token) => DueAsync(t, retentionClass, token), ct).ConfigureAwait(false))
            {
                if (!await DropAsync(retentionClass, from, to, ct).ConfigureAwait(false))
                    break;
                dropped++;
            }
        }

        return dropped;
    }

    /// <summary>A later month that is due waits for an earlier one that is not: a class that was shortened still owes its old months what was promised.</summary>
    private async ValueTask<List<(DateTimeOffset From, DateTimeOffset To)>> DueAsync(NpgsqlTransaction transaction, string retentionClass, CancellationToken ct)
    {
        var due = new List<(DateTimeOffset, DateTimeOffset)>();
        var command = new NpgsqlCommand(_months, transaction.Connection, transaction) { Parameters = { new NpgsqlParameter<string> { TypedValue = retentionClass } } };
        await using (command.ConfigureAwait(false))
        {
            var row = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                while (await row.ReadAsync(ct).ConfigureAwait(false) && row.GetBoolean(2))
                    due.Add((row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1)));
                return due;
            }
        }
    }

    private async Task<bool> DropAsync(string retentionClass, DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var (record, isRecorded) = await auditor.RunAsync((t, token) => DescribeAsync(t, retentionClass, from, token), ct).ConfigureAwait(false);
        if (!isRecorded)
            await sealer.WriteAsync(RunKind.Drop, JsonSerializer.Serialize(record, AuditJson.Relaxed.DropRecord), ct).ConfigureAwait(false);
        Failpoint.At("drop-recorded");
        if (!await partitions.DropBeforeAsync(LogPartitions.Entries(retentionClass), to, ct).ConfigureAwait(false))
            return false;
        Failpoint.At("entries-dropped");
        if (!await partitions.DropBeforeAsync(LogPartitions.SealEntries(retentionClass), to, ct).ConfigureAwait(false))
            return false;
        Log.MonthDropped(_logger, record.Month, retentionClass, record.Entries);
        return true;
    }

    private async ValueTask<(DropRecord Record, bool IsRecorded)> DescribeAsync(NpgsqlTransaction transaction, string retentionClass, DateTimeOffset month, CancellationToken ct)
    {
        var partition = LogPartitions.Entries(retentionClass) + month.ToString("'_p'yyyyMMdd", CultureInfo.InvariantCulture);
        var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            Timeout = 0,
            BatchCommands =
            {
                new(_recorded),
                new(_seals) { Parameters = { new NpgsqlParameter<string> { TypedValue = retentionClass }, new NpgsqlParameter<DateTime> { TypedValue = month.UtcDateTime } } },
            },
        };
        await using (batch.ConfigureAwait(false))
        {
            var row = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                var isRecorded = false;
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                    isRecorded |= JsonSerializer.Deserialize(row.GetString(0), AuditJson.Default.DropRecord)?.Partition == partition;
                await row.NextResultAsync(ct).ConfigureAwait(false);
                using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var (entries, seals) = (0L, 0L);
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    digest.AppendData(row.GetFieldValue<byte[]>(1));
                    (seals, entries) = (seals + row.GetInt64(2), entries + row.GetInt64(3));
                }

                return (new(retentionClass, month.ToString("yyyy-MM", CultureInfo.InvariantCulture), partition, entries, seals, digest.GetHashAndReset()), isRecorded);
            }
        }
    }
}
