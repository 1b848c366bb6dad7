using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>The partitions that entries go to: each class of retention has its own, by month.</summary>
internal sealed class LogPartitions(IPostgres postgres, ITimePartitions partitions, AuditorTransactions auditor, IOptions<AuditLogOptions> options)
{
    // As good as for ever: retention decides when a month leaves, never its age alone.
    private static readonly TimeSpan ForEver = TimeSpan.FromDays(36_500);

    private readonly string _exists = postgres.Sql("SELECT to_regclass('{schema}.audit_log_entries_' || $1) IS NOT NULL");
    private readonly string _keepClasses = postgres.Sql("SELECT {schema}.audit_log_keep_class(c.class, c.days) FROM unnest($1, $2) AS c (class, days)");
    private readonly ConcurrentDictionary<(string Class, DateTimeOffset Month), bool> _there = new();

    public static string Entries(string retentionClass) => "audit_log_entries_" + retentionClass;

    public static string SealEntries(string retentionClass) => "audit_log_seal_entries_" + retentionClass;

    public static DateTimeOffset MonthOf(DateTimeOffset at) => new(at.UtcDateTime.Year, at.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The tables that the kernel keeps partitions of.</summary>
    public static IEnumerable<TimePartitioning> Describe(IPostgres postgres, AuditLogOptions options)
    {
        foreach (var retentionClass in options.Retention.Keys)
        {
            yield return new(Entries(retentionClass), PartitionInterval.Month, ForEver, Ahead: 3) { OnCreated = GuardAsync, OnDetached = (detached, ct) => HoldBackAsync(detached, retentionClass, ct) };
            yield return new(SealEntries(retentionClass), PartitionInterval.Month, ForEver, Ahead: 3) { OnCreated = GuardAsync };
        }

        async ValueTask GuardAsync(CreatedPartition created, CancellationToken ct)
        {
            var guard = new NpgsqlCommand(postgres.Sql("SELECT {schema}.audit_log_guard($1::regclass)"), created.Transaction.Connection, created.Transaction);
            await using (guard.ConfigureAwait(false))
            {
                guard.Parameters.Add(new NpgsqlParameter<string> { TypedValue = created.Partition });
                await guard.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            }
        }

        async ValueTask HoldBackAsync(DetachedPartition detached, string retentionClass, CancellationToken ct)
        {
            var holdBack = new NpgsqlCommand(postgres.Sql("SELECT {schema}.audit_log_hold_back($1::regclass, $2, $3, $4)"), detached.Transaction.Connection, detached.Transaction) { CommandTimeout = 0 };
            await using (holdBack.ConfigureAwait(false))
            {
                holdBack.Parameters.Add(new NpgsqlParameter<string> { TypedValue = detached.Partition });
                holdBack.Parameters.Add(new NpgsqlParameter<string> { TypedValue = retentionClass });
                holdBack.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = detached.From.UtcDateTime });
                holdBack.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = detached.To.UtcDateTime });
                await holdBack.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes sure that the entry's month has its partitions. Asks the database once for each month and process.</summary>
    public ValueTask EnsureAsync(StoredEntry entry, CancellationToken ct)
    {
        var key = (entry.RetentionClass, MonthOf(entry.OccurredAt));
        return _there.ContainsKey(key) ? ValueTask.CompletedTask : TryMakeAsync(key.RetentionClass, key.Item2, ct);
    }

    /// <summary>What was known is asked again.</summary>
    public void Forget(StoredEntry entry) => _there.TryRemove((entry.RetentionClass, MonthOf(entry.OccurredAt)), out _);

    public async ValueTask MakeAsync(string retentionClass, DateTimeOffset month, CancellationToken ct)
    {
        if (!await HasClassAsync(retentionClass, ct).ConfigureAwait(false))
            await KeepClassesAsync(ct).ConfigureAwait(false);
        await partitions.EnsureAsync(Entries(retentionClass), month, ct).ConfigureAwait(false);
        await partitions.EnsureAsync(SealEntries(retentionClass), month, ct).ConfigureAwait(false);
        _there[(retentionClass, month)] = true;
    }

    /// <summary>Makes the tables of all classes, and records how long each is kept from now on.</summary>
    public Task KeepClassesAsync(CancellationToken ct) => auditor.RunAsync(
        async (transaction, token) =>
        {
            var command = new NpgsqlCommand(_keepClasses, transaction.Connection, transaction);
            await using (command.ConfigureAwait(false))
            {
                var classes = options.Value.Retention.OrderBy(static c => c.Key, StringComparer.Ordinal).ToList();
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. classes.Select(static c => c.Key)] });
                command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. classes.Select(static c => (int)Math.Ceiling(c.Value.TotalDays))], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
                return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            }
        },
        ct);

    private async ValueTask TryMakeAsync(string retentionClass, DateTimeOffset month, CancellationToken ct)
    {
        try
        {
            await MakeAsync(retentionClass, month, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PostgresException { SqlState: "42501" } or InvalidOperationException)
        {
            // Without the right to make it this process relies on others; if they have not, the insert says so.
        }
    }

    private async Task<bool> HasClassAsync(string retentionClass, CancellationToken ct)
    {
        var command = postgres.DataSource.CreateCommand(_exists);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = retentionClass });
            return (bool)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        }
    }
}
