using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

internal sealed class TimePartitions(
    TimePartitionTables tables,
    PartitionCatalog catalog,
    PartitionMaker maker,
    PartitionRetention retention,
    MaintenanceClaims claims,
    IOptions<PostgresOptions> options,
    ILoggerFactory? loggers = null) : ITimePartitions
{
    private readonly ILogger _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
    private readonly string _schemaName = options.Value.Schema;
    private readonly string _schema = Identifier.Quote(options.Value.Schema);

    public async ValueTask EnsureAsync(string table, DateTimeOffset at, CancellationToken ct = default)
    {
        var partitioning = Registered(table);
        var now = await catalog.NowAsync(ct).ConfigureAwait(false);
        var earliest = now - partitioning.Keep;
        var latest = PartitionBounds.Of(partitioning.Interval, now).Next(partitioning.Ahead + 1).To;
        if (at < earliest || at >= latest)
        {
            throw new ArgumentOutOfRangeException(nameof(at), at, $"A partition of '{table}' may be made for times from {earliest:O} (now - Keep) to {latest:O} (now + Ahead + 1 intervals), by the database's clock. Is a clock wrong?");
        }

        await MakeAsync(partitioning, PartitionBounds.Of(partitioning.Interval, at), ct).ConfigureAwait(false);
    }

    /// <summary>Makes the partition for now and the next after a write that found none, if the table is ours. The write then runs again from its start.</summary>
    public async ValueTask<bool> TryMakeMissingAsync(Exception failure, CancellationToken ct)
    {
        if (PostgresErrors.Classify(failure) != PostgresFault.NoPartition)
            return false;
        if (PostgresErrors.FindServerError(failure) is not { TableName: { } table } error || error.SchemaName != _schemaName || tables.Find(table) is not { } partitioning)
            return false;

        Log.PartitionMissed(_logger, table);
        try
        {
            var bounds = PartitionBounds.Of(partitioning.Interval, await catalog.NowAsync(ct).ConfigureAwait(false));
            var there = await MakeAsync(partitioning, bounds, ct).ConfigureAwait(false);
            await MakeAsync(partitioning, bounds.Next(), ct).ConfigureAwait(false);
            return there;
        }
        catch (NpgsqlException e)
        {
            // The writer is told what stopped its write; this is why that could not be mended.
            Log.PartitionNotMade(_logger, e, table);
            return false;
        }
    }

    /// <summary>Makes the partition for now where there is none, whoever claims the table: one that was killed at its first start must not leave its successors without.</summary>
    public async Task MakeCurrentAsync(CancellationToken ct)
    {
        if (tables.All.Count == 0)
            return;

        var (now, partitions) = await catalog.ReadAsync(tables.All.Select(static t => t.Table), ct).ConfigureAwait(false);
        foreach (var table in tables.All.Where(t => !partitions.Any(p => p.Table == t.Table && p.Holds(now))))
            await MakeAsync(table, PartitionBounds.Of(table.Interval, now), ct).ConfigureAwait(false);
    }

    public Task MaintainAsync(CancellationToken ct = default) => claims.RunEachAsync(tables.All, Claim, MaintainAsync, ct);

    public async Task<bool> DropBeforeAsync(string table, DateTimeOffset before, CancellationToken ct = default)
    {
        var partitioning = Registered(table);
        var now = await catalog.NowAsync(ct).ConfigureAwait(false);
        if (before > now)
            throw new ArgumentOutOfRangeException(nameof(before), before, $"Partitions of '{table}' may be dropped up to {now:O}, which is now by the database's clock: a later one is still written to.");

        await claims.RunEachAsync([partitioning], Claim, (own, token) => retention.RunAsync(own, before, token), ct).ConfigureAwait(false);
        return !await retention.AnyAsync(partitioning, before, ct).ConfigureAwait(false);
    }

    private static string Claim(TimePartitioning table) => "time_partitions:" + table.Table;

    private TimePartitioning Registered(string table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return tables.Find(table) ?? throw new ArgumentException($"Table '{table}' is not registered. Call services.AddTimePartitions for it.", nameof(table));
    }

    private async Task MaintainAsync(TimePartitioning table, CancellationToken ct)
    {
        var (now, partitions) = await catalog.ReadAsync([table.Table], ct).ConfigureAwait(false);
        var current = PartitionBounds.Of(table.Interval, now);
        foreach (var bounds in Enumerable.Range(0, table.Ahead + 1).Select(count => current.Next(count)).Where(b => !partitions.Any(p => p.Covers(b))))
            await MakeAsync(table, bounds, ct).ConfigureAwait(false);

        if (partitions.FirstOrDefault(p => p.IsDefault) is { } rest && await catalog.CountAsync(rest, ct).ConfigureAwait(false) is > 0 and var count)
            Log.DefaultPartitionUsed(_logger, rest.Name, table.Table, count);

        await retention.RunAsync(table, now - table.Keep, ct).ConfigureAwait(false);
    }

    /// <summary>False when the partition is not there, because part of it is in another one.</summary>
    private async ValueTask<bool> MakeAsync(TimePartitioning table, PartitionBounds bounds, CancellationToken ct)
    {
        var name = bounds.PartitionName(table.Table);
        try
        {
            if (await maker.MakeAsync(table.Table, name, bounds.Values(table.Key), () => Record(table, name, bounds), OnMade(table, bounds), ct).ConfigureAwait(false))
            {
                Telemetry.Partitions.Add(1, new("table", table.Table), new("action", "made"));
                Log.PartitionMade(_logger, name, table.Table);
            }

            return true;
        }
        catch (PostgresException e) when (e is { SqlState: "42P17" } or { SqlState: "23514", ConstraintName: null })
        {
            // Made by hand or with another interval, a partition holds part of this time; or rows of it are in the default partition. Nothing is moved
            // unasked, and neither must stop the maintenance of the rest.
            Log.PartitionBlocked(_logger, name, table.Table, e.MessageText);
            return false;
        }
    }

    private static Func<string, string, NpgsqlTransaction, CancellationToken, ValueTask>? OnMade(TimePartitioning table, PartitionBounds bounds) => table.OnCreated is { } onCreated
        ? (parent, partition, transaction, ct) => onCreated(new(parent, partition, bounds.From, bounds.To, transaction), ct)
        : null;

    private NpgsqlBatchCommand Record(TimePartitioning table, string partition, PartitionBounds bounds) => new(
        $"""
        INSERT INTO {_schema}.time_partitions (parent, partition, from_at, to_at, state) VALUES ($1, $2, $3, $4, 'attached')
        ON CONFLICT (parent, partition) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at, state = excluded.state, detached_at = NULL
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = table.Table },
            new NpgsqlParameter<string> { TypedValue = partition },
            new NpgsqlParameter<DateTime> { TypedValue = bounds.From.UtcDateTime },
            new NpgsqlParameter<DateTime> { TypedValue = bounds.To.UtcDateTime },
        },
    };
}
