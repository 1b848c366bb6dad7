using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>The log's tables as of one moment, read as the auditor: what is sealed meanwhile is not seen.</summary>
internal sealed class LogSnapshot : IAsyncDisposable
{
    // Thousands of lookups by key cost enough that each statement would be compiled, which takes longer than it saves.
    private const string Reading = "SELECT set_config('statement_timeout', '0', true), set_config('transaction_read_only', 'on', true), set_config('jit', 'off', true)";

    private const string RunColumns = $"{RunStore.HeadColumns}, r.hash";

    private const string Runs = $"SELECT {RunColumns} FROM {{schema}}.audit_log_runs r WHERE r.run_no >= $1 AND r.run_no <= $2 ORDER BY r.run_no LIMIT 500";

    private const string Named = $"SELECT {RunColumns} FROM {{schema}}.audit_log_runs r WHERE r.run_no = ANY ($1)";

    private const string Drops = $"SELECT {RunColumns} FROM {{schema}}.audit_log_runs r WHERE r.kind = 3 ORDER BY r.run_no";

    private const string Limits = """
        SELECT COALESCE((SELECT min(run_no) FROM {schema}.audit_log_runs WHERE $1 IS NULL OR sealed_at >= $1), 1),
               COALESCE((SELECT max(run_no) FROM {schema}.audit_log_runs WHERE $2 IS NULL OR sealed_at < $2), 0)
        """;

    private const string SealColumns = "s.tenant_id, s.seal_no, s.run_no, s.retention_class, s.month, s.first_seq, s.count, s.root, s.previous, s.hash";

    private const string Seals = $"SELECT {SealColumns} FROM {{schema}}.audit_log_seals s WHERE s.run_no >= $1 AND s.run_no <= $2 ORDER BY s.run_no, s.tenant_id COLLATE \"C\", s.seal_no";

    private const string Heads = "SELECT tenant_id, seal_no, next_seq, hash FROM {schema}.audit_log_heads WHERE $1 IS NULL OR tenant_id = $1";

    private const string Holds = "SELECT tenant_id, from_at, to_at FROM {schema}.audit_log_holds WHERE released_reason IS NULL";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly IPostgres _postgres;

    private LogSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, IPostgres postgres) => (_connection, _transaction, _postgres) = (connection, transaction, postgres);

    /// <exception cref="InvalidOperationException">The login is no member of the auditor's role.</exception>
    public static async Task<LogSnapshot> OpenAsync(AuditorTransactions auditor, IPostgres postgres, CancellationToken ct)
    {
        var connection = await auditor.Source.OpenConnectionAsync(ct).ConfigureAwait(false);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct).ConfigureAwait(false);
            await auditor.EnterAsync(transaction, ct).ConfigureAwait(false);
            var snapshot = new LogSnapshot(connection, transaction, postgres);
            await snapshot.SetAsync(Reading, ct).ConfigureAwait(false);
            return snapshot;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>From here on whole months are compared. A planner that takes a new month for a small one would look through all of it for each entry.</summary>
    public Task CompareMonthsAsync(CancellationToken ct) => SetAsync("SELECT set_config('enable_nestloop', 'off', true)", ct);

    private async Task SetAsync(string sql, CancellationToken ct)
    {
        var command = Command(sql);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>A statement in the snapshot, with no limit of time: verification of a large log takes what it takes.</summary>
    public NpgsqlCommand Command(string sql) => new(_postgres.Sql(sql), _connection, _transaction) { CommandTimeout = 0 };

    public async Task<(long First, long Last)> LimitsAsync(DateTimeOffset? from, DateTimeOffset? to, CancellationToken ct)
    {
        var command = Command(Limits);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(Time(from));
        command.Parameters.Add(Time(to));
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>The first 500 of a range.</summary>
    public Task<List<StoredRun>> RunsAsync(long first, long last, CancellationToken ct) => RunsAsync(Runs, ct, first, last);

    public Task<List<StoredRun>> RunsAsync(IEnumerable<long> numbers, CancellationToken ct) => RunsAsync(Named, ct, numbers.ToArray());

    public Task<List<StoredRun>> DropsAsync(CancellationToken ct) => RunsAsync(Drops, ct);

    /// <summary>The seals of a range of runs, in the order of run, tenant and number.</summary>
    public async Task<List<StoredSeal>> SealsAsync(long firstRun, long lastRun, CancellationToken ct)
    {
        var command = Command(Seals);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = firstRun });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = lastRun });
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var seals = new List<StoredSeal>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var record = new SealRecord(
                reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3), EntryColumns.Time(reader, 4), reader.GetInt64(5), reader.GetInt32(6),
                reader.GetFieldValue<byte[]>(7), reader.GetFieldValue<byte[]>(8));
            seals.Add(new StoredSeal(record, reader.GetFieldValue<byte[]>(9)));
        }

        return seals;
    }

    public async IAsyncEnumerable<(string TenantId, long SealNo, long NextSeq, byte[] Hash)> HeadsAsync(string? tenantId, [EnumeratorCancellation] CancellationToken ct)
    {
        var command = Command(Heads);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(Text(tenantId));
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            yield return (reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3));
    }

    public async Task<ILookup<string, (DateTimeOffset From, DateTimeOffset To)>> HoldsAsync(CancellationToken ct)
    {
        var command = Command(Holds);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var holds = new List<(string Tenant, DateTimeOffset From, DateTimeOffset To)>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            holds.Add((reader.GetString(0), EntryColumns.Time(reader, 1), EntryColumns.Time(reader, 2)));
        return holds.ToLookup(static hold => hold.Tenant, static hold => (hold.From, hold.To), StringComparer.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    public static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Time(DateTimeOffset? value) => new() { Value = value is { } time ? time.UtcDateTime : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private async Task<List<StoredRun>> RunsAsync(string sql, CancellationToken ct, params object[] parameters)
    {
        var command = Command(sql);
        await using var _ = command.ConfigureAwait(false);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var runs = new List<StoredRun>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            runs.Add(new StoredRun(RunStore.ReadHead(reader, 0), reader.GetFieldValue<byte[]>(9)));
        return runs;
    }
}
