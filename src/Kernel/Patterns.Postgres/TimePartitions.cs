using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

internal sealed class TimePartitions : ITimePartitions
{
    private const int Attempts = 5;

    private readonly PostgresDataSources _sources;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _schemaName;
    private readonly string _schema;
    private readonly FrozenDictionary<string, TimePartitioning> _tables;

    public TimePartitions(PostgresDataSources sources, IEnumerable<TimePartitioning> tables, IOptions<PostgresOptions> options, TimeProvider time, ILoggerFactory? loggers = null)
    {
        _sources = sources;
        _time = time;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
        _schemaName = options.Value.Schema;
        _schema = Identifier.Quote(_schemaName);
        _tables = tables.ToFrozenDictionary(t => t.Table, StringComparer.Ordinal);
    }

    public async ValueTask EnsureAsync(string table, DateTimeOffset at, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!_tables.TryGetValue(table, out var partitioning))
            throw new ArgumentException($"Table '{table}' is not registered. Call services.AddTimePartitions for it.", nameof(table));

        var now = await ServerNowAsync(ct).ConfigureAwait(false);
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
        if (PostgresErrors.FindServerError(failure) is not { TableName: { } table } error || error.SchemaName != _schemaName || !_tables.TryGetValue(table, out var partitioning))
            return false;

        Log.PartitionMissed(_logger, table);
        try
        {
            var bounds = PartitionBounds.Of(partitioning.Interval, await ServerNowAsync(ct).ConfigureAwait(false));
            await MakeAsync(partitioning, bounds, ct).ConfigureAwait(false);
            await MakeAsync(partitioning, bounds.Next(), ct).ConfigureAwait(false);
            return true;
        }
        catch (NpgsqlException e)
        {
            // The writer is told what stopped its write; this is why that could not be mended.
            Log.PartitionNotMade(_logger, e, table);
            return false;
        }
    }

    private async ValueTask<DateTimeOffset> ServerNowAsync(CancellationToken ct)
    {
        var command = _sources.Application.CreateCommand($"SELECT {_schema}.now()");
        await using (command.ConfigureAwait(false))
            return new((DateTime)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!);
    }

    private async ValueTask MakeAsync(TimePartitioning partitioning, PartitionBounds bounds, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TryMakeAsync(partitioning, bounds, ct).ConfigureAwait(false);
                return;
            }
            catch (PostgresException e) when (e.SqlState is "55P03" or "40P01" && attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(20, 100 << attempt)), _time, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// One transaction, so that a crash leaves no table that is not attached. CREATE TABLE ... PARTITION OF would stop every reader and writer
    /// of the parent; ATTACH does not. The advisory lock lets one caller work and the others find the table made.
    /// </summary>
    private async ValueTask TryMakeAsync(TimePartitioning partitioning, PartitionBounds bounds, CancellationToken ct)
    {
        var name = bounds.PartitionName(partitioning.Table);
        var connection = await _sources.Migration.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                if (!await IsMissingAsync(transaction, name, ct).ConfigureAwait(false))
                    return;

                var parent = $"{_schema}.{partitioning.Table}";
                var partition = $"{_schema}.{Identifier.Quote(name)}";
                var (from, to) = (bounds.From.ToString("O"), bounds.To.ToString("O"));
                var batch = new NpgsqlBatch(connection, transaction)
                {
                    BatchCommands =
                    {
                        new($"CREATE TABLE {partition} (LIKE {parent} INCLUDING ALL)"),
                        new($"ALTER TABLE {parent} ATTACH PARTITION {partition} FOR VALUES FROM ('{from}') TO ('{to}')"),
                        new($"INSERT INTO {_schema}.time_partitions (parent, partition, from_at, to_at, state) VALUES ($1, $2, $3, $4, 'attached')")
                        {
                            Parameters =
                            {
                                new NpgsqlParameter<string> { TypedValue = partitioning.Table },
                                new NpgsqlParameter<string> { TypedValue = name },
                                new NpgsqlParameter<DateTime> { TypedValue = bounds.From.UtcDateTime },
                                new NpgsqlParameter<DateTime> { TypedValue = bounds.To.UtcDateTime },
                            },
                        },
                    },
                };
                await using (batch.ConfigureAwait(false))
                    await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
                await transaction.CommitAsync(ct).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<bool> IsMissingAsync(NpgsqlTransaction transaction, string name, CancellationToken ct)
    {
        var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            BatchCommands =
            {
                new("SET LOCAL lock_timeout = '2s'"),
                new("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))") { Parameters = { new NpgsqlParameter<string> { TypedValue = $"{_schemaName}.{name}" } } },
                new("SELECT to_regclass($1) IS NULL") { Parameters = { new NpgsqlParameter<string> { TypedValue = $"{_schema}.{Identifier.Quote(name)}" } } },
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
