using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Gathers what proves an entry.</summary>
internal sealed class ProofSource(IPostgres postgres, AuditorTransactions auditor)
{
    // An id is no key of the table, its time is; ids of version 7 say theirs, which spares looking through all of the tenant's entries.
    private const string Entry = $$"""
        SELECT {{EntryColumns.List}} FROM {schema}.audit_log_entries e WHERE e.tenant_id = $1 AND e.id = $2 AND ($3 IS NULL OR e.occurred_at >= $3) AND ($4 IS NULL OR e.occurred_at < $4)
        UNION ALL
        SELECT {{EntryColumns.List}} FROM {schema}.audit_log_held_entries e WHERE e.tenant_id = $1 AND e.id = $2
        LIMIT 1
        """;

    private const string Seal = """
        SELECT s.run_no, s.seal_no
        FROM (
            SELECT l.seal_no FROM {schema}.audit_log_seal_entries l WHERE l.tenant_id = $1 AND l.month = $3 AND l.retention_class = $4 AND $2 = ANY (l.entry_ids)
            UNION ALL
            SELECT h.seal_no FROM {schema}.audit_log_held_seal_entries h WHERE h.tenant_id = $1 AND h.month = $3 AND h.retention_class = $4 AND $2 = ANY (h.entry_ids)
        ) AS k
        JOIN {schema}.audit_log_seals s ON s.tenant_id = $1 AND s.seal_no = k.seal_no
        LIMIT 1
        """;

    public async Task<InclusionProof?> ProveAsync(string tenantId, Guid entryId, CancellationToken ct)
    {
        var log = await LogSnapshot.OpenAsync(auditor, postgres, ct).ConfigureAwait(false);
        await using var _ = log.ConfigureAwait(false);
        if (await EntryAsync(log, tenantId, entryId, ct).ConfigureAwait(false) is not { } entry || await SealAsync(log, entry, ct).ConfigureAwait(false) is not { } place)
            return null;

        var runs = await log.RunsAsync(place.RunNo, place.RunNo, ct).ConfigureAwait(false);
        var seals = await log.SealsAsync(place.RunNo, place.RunNo, ct).ConfigureAwait(false);
        var index = seals.FindIndex(seal => seal.Record.TenantId == tenantId && seal.Record.SealNo == place.SealNo);
        var lists = new SealedLists(log);
        if (runs is not [var run] || index < 0 || (await lists.ReadAsync([seals[index].Record], ct).ConfigureAwait(false))[0] is not { } found)
            return null;

        var record = seals[index].Record;
        var at = Array.IndexOf(found.List.Ids, entryId);
        return new InclusionProof
        {
            Entry = EntryText.Shown(entry),
            DetailsSalt = entry.DetailsSalt,
            PersonalSalt = entry.PersonalSalt,
            PersonalCommitment = entry.PersonalCommitment,
            SealNo = record.SealNo,
            Month = record.Month,
            FirstSequenceNumber = record.FirstSeq,
            Count = record.Count,
            Index = at,
            Path = MerkleTree.Path(found.List.Leaves, at),
            PreviousSeal = record.Previous,
            RunIndex = index,
            RunPath = MerkleTree.Path(seals.SelectMany(static seal => seal.Hash).ToArray(), index),
            Run = run.Head,
        };
    }

    private static async Task<StoredEntry?> EntryAsync(LogSnapshot log, string tenantId, Guid entryId, CancellationToken ct)
    {
        if (entryId.Version == 7)
        {
            var about = EntryIntake.TimeOf(entryId);
            if (await EntryAsync(log, tenantId, entryId, about.AddDays(-1), about.AddDays(1), ct).ConfigureAwait(false) is { } near)
                return near;
        }

        return await EntryAsync(log, tenantId, entryId, from: null, to: null, ct).ConfigureAwait(false);
    }

    private static async Task<StoredEntry?> EntryAsync(LogSnapshot log, string tenantId, Guid entryId, DateTimeOffset? from, DateTimeOffset? to, CancellationToken ct)
    {
        var command = log.Command(Entry);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(LogSnapshot.Text(tenantId));
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = entryId });
        command.Parameters.Add(LogSnapshot.Time(from));
        command.Parameters.Add(LogSnapshot.Time(to));
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await reader.ReadAsync(ct).ConfigureAwait(false) ? EntryColumns.Read(reader, 0) : null;
    }

    private static async Task<(long RunNo, long SealNo)?> SealAsync(LogSnapshot log, StoredEntry entry, CancellationToken ct)
    {
        var command = log.Command(Seal);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(LogSnapshot.Text(entry.TenantId));
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = entry.Id });
        command.Parameters.Add(LogSnapshot.Time(ClassMonth.Of(entry).Month));
        command.Parameters.Add(LogSnapshot.Text(entry.RetentionClass));
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await reader.ReadAsync(ct).ConfigureAwait(false) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }
}
