using System.Data;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Takes what is to be sealed, and writes runs, inside one transaction of the auditor.</summary>
internal sealed class RunStore(IPostgres postgres)
{
    /// <summary>What <see cref="ReadHead"/> reads, of a run with the alias <c>r</c>.</summary>
    public const string HeadColumns = "r.run_no, r.kind, r.previous, r.root, r.seals, r.sealed_at, r.note, r.key_id, r.signature";

    private readonly string _lock = postgres.Sql("SELECT pg_advisory_xact_lock({schema}.audit_log_seal_lock()) IS NOT NULL");
    private readonly string _tryLock = postgres.Sql("SELECT pg_try_advisory_xact_lock({schema}.audit_log_seal_lock())");
    private readonly string _head = postgres.Sql(
        $$"""
        SELECT {schema}.now(), {{HeadColumns}}
        FROM (SELECT) AS always LEFT JOIN LATERAL (SELECT * FROM {schema}.audit_log_runs ORDER BY run_no DESC LIMIT 1) AS r ON true
        """);

    private readonly string _take = postgres.Sql(
        """
        SELECT p.place, p.tenant_id, p.occurred_at, p.id, p.retention_class, p.leaf, h.seal_no, h.next_seq, h.hash
        FROM (SELECT q.ctid::text AS place, q.* FROM {schema}.audit_log_pending q LIMIT $1) AS p LEFT JOIN {schema}.audit_log_heads h USING (tenant_id)
        """);

    private readonly string _seal = postgres.Sql(
        "SELECT {schema}.audit_log_seal($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)");

    /// <summary>Has the lock until the transaction ends. False when another sealer has it, and this one does not wait.</summary>
    public async ValueTask<bool> LockAsync(NpgsqlTransaction transaction, bool wait, CancellationToken ct)
    {
        var command = new NpgsqlCommand(wait ? _lock : _tryLock, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
            return (bool)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    /// <summary>The database's time, the newest run, and up to so many pending entries. Sees all that was committed before the lock was had.</summary>
    public async ValueTask<(DateTimeOffset Now, RunHead? Last, List<PendingEntry> Entries)> TakeAsync(NpgsqlTransaction transaction, int limit, CancellationToken ct)
    {
        var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            BatchCommands = { new(_head), new(_take) { Parameters = { new NpgsqlParameter<int> { TypedValue = limit } } } },
        };
        await using (batch.ConfigureAwait(false))
        {
            var row = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                await row.ReadAsync(ct).ConfigureAwait(false);
                var now = row.GetFieldValue<DateTimeOffset>(0);
                var last = row.IsDBNull(1) ? null : ReadHead(row, 1);
                await row.NextResultAsync(ct).ConfigureAwait(false);
                var entries = new List<PendingEntry>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    var isFirst = row.IsDBNull(6);
                    entries.Add(new(
                        row.GetString(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.GetGuid(3), row.GetString(4), row.GetFieldValue<byte[]>(5),
                        isFirst ? 0 : row.GetInt64(6), isFirst ? 1 : row.GetInt64(7), isFirst ? AuditHash.Nothing : row.GetFieldValue<byte[]>(8)));
                }

                return (now, last, entries);
            }
        }
    }

    /// <summary>Reads <see cref="HeadColumns"/>.</summary>
    public static RunHead ReadHead(NpgsqlDataReader row, int at) => new(
        row.GetInt64(at), (RunKind)row.GetInt16(at + 1), row.GetFieldValue<byte[]>(at + 2), row.GetFieldValue<byte[]>(at + 3), row.GetInt32(at + 4),
        row.GetFieldValue<DateTimeOffset>(at + 5), row.IsDBNull(at + 6) ? null : row.GetString(at + 6), row.GetString(at + 7), row.GetFieldValue<byte[]>(at + 8));

    public async ValueTask WriteAsync(NpgsqlTransaction transaction, RunDraft run, CancellationToken ct)
    {
        var command = new NpgsqlCommand(_seal, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            var (head, seals) = (run.Head, run.Groups.Select(static g => g.Seal).ToList());
            var entries = run.Groups.SelectMany(static g => g.Entries).ToList();
            Add(head.RunNo, NpgsqlDbType.Bigint);
            Add((short)head.Kind, NpgsqlDbType.Smallint);
            Add(head.Previous, NpgsqlDbType.Bytea);
            Add(head.Root, NpgsqlDbType.Bytea);
            Add(head.SealedAt.UtcDateTime, NpgsqlDbType.TimestampTz);
            Add(head.Note, NpgsqlDbType.Text);
            Add(head.Hash(), NpgsqlDbType.Bytea);
            Add(head.Signature, NpgsqlDbType.Bytea);
            Add(head.KeyId, NpgsqlDbType.Text);
            Add(seals.ConvertAll(static s => s.TenantId), NpgsqlDbType.Array | NpgsqlDbType.Text);
            Add(seals.ConvertAll(static s => s.SealNo), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            Add(seals.ConvertAll(static s => s.RetentionClass), NpgsqlDbType.Array | NpgsqlDbType.Text);
            Add(seals.ConvertAll(static s => s.Month.UtcDateTime), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
            Add(seals.ConvertAll(static s => s.FirstSeq), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            Add(seals.ConvertAll(static s => s.Count), NpgsqlDbType.Array | NpgsqlDbType.Integer);
            Add(seals.ConvertAll(static s => s.Root), NpgsqlDbType.Array | NpgsqlDbType.Bytea);
            Add(seals.ConvertAll(static s => s.Previous), NpgsqlDbType.Array | NpgsqlDbType.Bytea);
            Add(run.Groups.Select(static g => g.Hash).ToList(), NpgsqlDbType.Array | NpgsqlDbType.Bytea);
            Add(run.Groups.Select(static g => g.Leaves).ToList(), NpgsqlDbType.Array | NpgsqlDbType.Bytea);
            Add(entries.ConvertAll(static e => e.Id), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
            Add(entries.ConvertAll(static e => e.OccurredAt.UtcDateTime), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
            Add(entries.ConvertAll(static e => e.Place), NpgsqlDbType.Array | NpgsqlDbType.Text);
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        void Add<T>(T value, NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
    }
}
