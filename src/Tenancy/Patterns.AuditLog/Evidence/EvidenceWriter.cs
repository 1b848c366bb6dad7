using System.Buffers;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Writes the log, or one tenant's part of it, as a file that is verified without the database.</summary>
internal sealed class EvidenceWriter(IPostgres postgres, AuditorTransactions auditor)
{
    private const string Unsealed = """
        SELECT p.tenant_id, p.id FROM {schema}.audit_log_pending p
        JOIN {schema}.audit_log_entries e ON e.tenant_id = p.tenant_id AND e.occurred_at = p.occurred_at AND e.id = p.id AND e.retention_class = p.retention_class
        WHERE e.action = 'audit.entry.redacted' AND ($1 IS NULL OR p.tenant_id = $1)
        """;

    private readonly ArrayBufferWriter<byte> _buffer = new(256 * 1024);
    private long _lines;

    public async Task WriteAsync(string? tenantId, Stream to, CancellationToken ct)
    {
        var log = await LogSnapshot.OpenAsync(auditor, postgres, ct).ConfigureAwait(false);
        await using var _ = log.ConfigureAwait(false);
        var (first, last) = await log.LimitsAsync(from: null, to: null, ct).ConfigureAwait(false);
        await LineAsync(to, new EvidenceLine { Begin = new EvidenceBegin(1, tenantId, last) }, ct).ConfigureAwait(false);
        await foreach (var head in log.HeadsAsync(tenantId, ct).ConfigureAwait(false))
            await LineAsync(to, new EvidenceLine { Tenant = new EvidenceTenant(head.TenantId, head.SealNo, head.NextSeq, head.Hash) }, ct).ConfigureAwait(false);
        foreach (var drop in await log.DropsAsync(ct).ConfigureAwait(false))
            await LineAsync(to, new EvidenceLine { Drop = drop.Head }, ct).ConfigureAwait(false);

        var lists = new SealedLists(log);
        await foreach (var portion in new LogRuns(log).ReadAsync(first, last, tenantId, ct).ConfigureAwait(false))
        {
            var seals = new List<SealRecord>();
            foreach (var (run, own) in portion)
            {
                if (run is not null && (tenantId is null || own.Count > 0 || run.Head.RunNo == last))
                    await LineAsync(to, new EvidenceLine { Run = run }, ct).ConfigureAwait(false);
                foreach (var seal in own)
                    await LineAsync(to, new EvidenceLine { Seal = seal }, ct).ConfigureAwait(false);
                seals.AddRange(own.Select(static seal => seal.Record));
            }

            foreach (var batch in LogRuns.Batches(seals, static seal => seal.Count, LogRuns.WholeEntries))
                await EntriesAsync(to, lists, batch, ct).ConfigureAwait(false);
            if (seals.Count > 0)
                await LineAsync(to, new EvidenceLine { Complete = true }, ct).ConfigureAwait(false);
        }

        foreach (var redaction in await RedactionsAsync(log, tenantId, ct).ConfigureAwait(false))
            await LineAsync(to, new EvidenceLine { Redaction = redaction }, ct).ConfigureAwait(false);
        await LineAsync(to, new EvidenceLine { End = new EvidenceEnd(_lines) }, ct).ConfigureAwait(false);
        await FlushAsync(to, ct).ConfigureAwait(false);
    }

    private async Task EntriesAsync(Stream to, SealedLists lists, List<SealRecord> batch, CancellationToken ct)
    {
        var found = await lists.ReadAsync(batch, ct).ConfigureAwait(false);
        var entries = await lists.EntriesAsync(batch, found, ct).ConfigureAwait(false);
        for (var i = 0; i < batch.Count; i++)
        {
            if (found[i] is not { } list)
                continue;
            await LineAsync(to, new EvidenceLine { List = new EvidenceList(batch[i].TenantId, batch[i].SealNo, list.List) }, ct).ConfigureAwait(false);
            foreach (var entry in entries[i])
            {
                if (entry is not null)
                    await LineAsync(to, new EvidenceLine { Entry = entry }, ct).ConfigureAwait(false);
            }
        }
    }

    private static async Task<List<EvidenceRedaction>> RedactionsAsync(LogSnapshot log, string? tenantId, CancellationToken ct)
    {
        var command = log.Command(Unsealed);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(LogSnapshot.Text(tenantId));
        var redactions = new List<EvidenceRedaction>();
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            redactions.Add(new EvidenceRedaction(reader.GetString(0), reader.GetGuid(1)));
        return redactions;
    }

    private async ValueTask LineAsync(Stream to, EvidenceLine line, CancellationToken ct)
    {
        EvidenceJson.Write(_buffer, line);
        _buffer.Write("\n"u8);
        _lines++;
        if (_buffer.WrittenCount > 200 * 1024)
            await FlushAsync(to, ct).ConfigureAwait(false);
    }

    private async Task FlushAsync(Stream to, CancellationToken ct)
    {
        await to.WriteAsync(_buffer.WrittenMemory, ct).ConfigureAwait(false);
        _buffer.ResetWrittenCount();
    }
}
