using System.Globalization;
using Npgsql;

namespace Patterns.AuditLog;

/// <summary>Looks at the entries that no seal covers: those that wait for one, and those that nobody appended.</summary>
internal sealed class UnsealedEntries(LogSnapshot log, EntryCheck entries, Findings findings, TimeSpan limit)
{
    private const string Pending = $$"""
        SELECT p.leaf, p.since < {schema}.now() - $2, p.tenant_id, p.id, e.id IS NULL, {{EntryColumns.List}}
        FROM {schema}.audit_log_pending p
        LEFT JOIN {schema}.audit_log_entries e ON e.tenant_id = p.tenant_id AND e.occurred_at = p.occurred_at AND e.id = p.id AND e.retention_class = p.retention_class
        WHERE $1 IS NULL OR p.tenant_id = $1
        """;

    private const string Months = """
        SELECT e.retention_class, date_trunc('month', e.occurred_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', count(*)
        FROM {schema}.audit_log_entries e
        WHERE ($1 IS NULL OR e.tenant_id = $1) AND ($2 IS NULL OR e.occurred_at >= $2) AND ($3 IS NULL OR e.occurred_at < $3)
        GROUP BY 1, 2
        """;

    private const string Unlisted = $$"""
        SELECT {{EntryColumns.List}}
        FROM {schema}.audit_log_entries e
        WHERE e.retention_class = $4 AND e.occurred_at >= $5 AND e.occurred_at < $6
            AND ($1 IS NULL OR e.tenant_id = $1) AND ($2 IS NULL OR e.occurred_at >= $2) AND ($3 IS NULL OR e.occurred_at < $3)
            AND NOT EXISTS (SELECT FROM {schema}.audit_log_pending p WHERE p.tenant_id = e.tenant_id AND p.occurred_at = e.occurred_at AND p.id = e.id AND p.retention_class = e.retention_class)
            AND NOT EXISTS (SELECT FROM {schema}.audit_log_seal_entries s CROSS JOIN LATERAL unnest(s.entry_ids, s.occurred_at) AS l (id, at)
                WHERE s.retention_class = $4 AND s.month = $5 AND s.tenant_id = e.tenant_id AND l.id = e.id AND l.at = e.occurred_at)
        ORDER BY e.tenant_id, e.occurred_at, e.id
        """;

    private readonly HashInput _input = new();

    /// <summary>Looks at what waits for its seal, and counts it to what was found in its month.</summary>
    public async Task WaitingAsync(string? tenantId, Dictionary<ClassMonth, long> found, CancellationToken ct)
    {
        var command = log.Command(Pending);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(LogSnapshot.Text(tenantId));
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = limit });
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            if (reader.GetBoolean(4))
            {
                Add(reader, FindingKind.Missing, "The entry went before its seal came.");
                continue;
            }

            var entry = EntryColumns.Read(reader, 5);
            var month = ClassMonth.Of(entry);
            found[month] = found.GetValueOrDefault(month) + 1;
            if (!AuditHash.LeafOf(entry, _input).AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(0)))
                Add(reader, FindingKind.Altered, "The entry is not what was appended; it waits for its seal.");
            if (reader.GetBoolean(1))
                Add(reader, FindingKind.UnsealedTooLong, string.Create(CultureInfo.InvariantCulture, $"The entry has waited over {limit.TotalSeconds} seconds for its seal."));
        }
    }

    /// <summary>Looks for entries that nobody appended, in the months that have more than was found by way of seals; in all of them where only a range is looked at.</summary>
    public async Task InsertedAsync(VerifyRequest request, Dictionary<ClassMonth, long> found, CancellationToken ct)
    {
        var everywhere = request.SealedFrom is not null || request.SealedTo is not null;
        var months = new List<ClassMonth>();
        await log.CompareMonthsAsync(ct).ConfigureAwait(false);
        var command = log.Command(Months);
        await using (command.ConfigureAwait(false))
        {
            Add(command, request);
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                var month = new ClassMonth(reader.GetString(0), EntryColumns.Time(reader, 1));
                if (everywhere || found.GetValueOrDefault(month) != reader.GetInt64(2))
                    months.Add(month);
            }
        }

        foreach (var month in months)
            await InsertedAsync(month, request, ct).ConfigureAwait(false);
    }

    private async Task InsertedAsync(ClassMonth month, VerifyRequest request, CancellationToken ct)
    {
        var command = log.Command(Unlisted);
        await using var _ = command.ConfigureAwait(false);
        Add(command, request);
        command.Parameters.Add(LogSnapshot.Text(month.RetentionClass));
        command.Parameters.Add(LogSnapshot.Time(month.Month));
        command.Parameters.Add(LogSnapshot.Time(month.Month.AddMonths(1)));
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            entries.Unlisted(EntryColumns.Read(reader, 0), _input);
    }

    private static void Add(NpgsqlCommand command, VerifyRequest request)
    {
        command.Parameters.Add(LogSnapshot.Text(request.TenantId));
        command.Parameters.Add(LogSnapshot.Time(request.SealedFrom));
        command.Parameters.Add(LogSnapshot.Time(request.SealedTo));
    }

    private void Add(NpgsqlDataReader reader, FindingKind kind, string detail) =>
        findings.Add(new VerifyFinding(kind, detail) { TenantId = reader.GetString(2), EntryId = reader.GetGuid(3) });
}
