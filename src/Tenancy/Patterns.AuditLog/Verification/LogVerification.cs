using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Verifies the log in the database: reads it in runs, as of one moment, and hands it to the check.</summary>
internal sealed class LogVerification(IPostgres postgres, AuditorTransactions auditor, AuditKeys keys, IEnumerable<IAuditAnchor> anchors, IOptions<AuditLogOptions> options)
{
    private const string Redactions = """
        SELECT e.tenant_id, e.id FROM {schema}.audit_log_entries e
        JOIN unnest($1, $2) AS k (tenant_id, id) ON e.tenant_id = k.tenant_id AND e.id = k.id
        WHERE e.action = 'audit.entry.redacted'
        UNION
        SELECT h.tenant_id, h.id FROM {schema}.audit_log_held_entries h
        JOIN unnest($1, $2) AS k (tenant_id, id) ON h.tenant_id = k.tenant_id AND h.id = k.id
        WHERE h.action = 'audit.entry.redacted'
        """;

    public async Task<VerifyReport> RunAsync(VerifyRequest request, CancellationToken ct)
    {
        var log = await LogSnapshot.OpenAsync(auditor, postgres, ct).ConfigureAwait(false);
        await using var _ = log.ConfigureAwait(false);
        var (first, last) = await log.LimitsAsync(request.SealedFrom, request.SealedTo, ct).ConfigureAwait(false);
        var findings = new Findings(request.MaxFindings);
        var runs = new RunCheck(keys.Verifying, findings, request.SealedFrom is null ? 1 : first, request.TenantId is not null, sparse: false);
        foreach (var drop in await log.DropsAsync(ct).ConfigureAwait(false))
            runs.Dropped(drop.Head);

        var check = new LogCheck(runs, findings, fromTheStart: request.SealedFrom is null, blameSealForItsPath: false);
        var entries = new EntryCheck(runs, findings);
        var lists = new SealedLists(log);
        var holds = await log.HoldsAsync(ct).ConfigureAwait(false);
        await foreach (var portion in new LogRuns(log).ReadAsync(first, last, request.TenantId, ct).ConfigureAwait(false))
        {
            var seals = new List<CheckedSeal>();
            foreach (var (run, own) in portion)
            {
                seals.AddRange(check.Run(run, own));
            }

            foreach (var batch in LogRuns.Batches(seals, static seal => seal.Record.Count))
                await CompareAsync(log, lists, entries, batch, runs, holds, ct).ConfigureAwait(false);
        }

        if (request.SealedTo is null)
        {
            await foreach (var head in log.HeadsAsync(request.TenantId, ct).ConfigureAwait(false))
                check.Head(head.TenantId, head.SealNo, head.NextSeq, head.Hash);
            check.AllHeads();
        }

        foreach (var anchor in anchors)
            await AnchoredAsync(log, anchor, new AnchorCheck(runs, findings), first, request.SealedTo is null ? long.MaxValue : last, ct).ConfigureAwait(false);

        var unsealed = new UnsealedEntries(log, entries, findings, options.Value.UnsealedLimit);
        if (request.SealedTo is null)
            await unsealed.WaitingAsync(request.TenantId, lists.Found, ct).ConfigureAwait(false);
        await unsealed.InsertedAsync(request, lists.Found, ct).ConfigureAwait(false);
        entries.Finish();
        check.Finish();
        return new VerifyReport { Entries = entries.Entries, Seals = check.Seals, Runs = runs.Count, Head = runs.Last, Epochs = runs.Epochs, Counts = findings.Counts, Findings = findings.Listed() };
    }

    private static async Task AnchoredAsync(LogSnapshot log, IAuditAnchor anchor, AnchorCheck check, long first, long last, CancellationToken ct)
    {
        var some = new List<RunHead>();
        await foreach (var kept in anchor.ReadAsync(ct).ConfigureAwait(false))
        {
            if (kept.RunNo >= first && kept.RunNo <= last)
                some.Add(kept);
            if (some.Count == 1_000)
                await CompareAsync().ConfigureAwait(false);
        }

        await CompareAsync().ConfigureAwait(false);

        async Task CompareAsync()
        {
            var own = (await log.RunsAsync(some.ConvertAll(static head => head.RunNo), ct).ConfigureAwait(false)).ToDictionary(static run => run.Head.RunNo, static run => run.Head);
            foreach (var kept in some)
                check.Compare(kept, own.GetValueOrDefault(kept.RunNo));
            some.Clear();
        }
    }

    private static async Task CompareAsync(
        LogSnapshot log, SealedLists lists, EntryCheck entries, List<CheckedSeal> batch, RunCheck runs, ILookup<string, (DateTimeOffset From, DateTimeOffset To)> holds, CancellationToken ct)
    {
        var records = batch.ConvertAll(static seal => seal.Record);
        var found = await lists.ReadAsync(records, ct).ConfigureAwait(false);
        var seen = await lists.SeeAsync(records, found, runs, holds, ct).ConfigureAwait(false);
        for (var i = 0; i < batch.Count; i++)
        {
            if (found[i] is { } list)
                entries.Compare(batch[i], list.List, seen[i]);
            else
                entries.NoList(batch[i]);
        }

        if (entries.OpenRedactions is { Count: > 0 } open)
            entries.Redactions(await KnownAsync(log, open, ct).ConfigureAwait(false));
    }

    private static async Task<Func<string, Guid, bool>> KnownAsync(LogSnapshot log, IReadOnlyCollection<(string TenantId, Guid Id)> asked, CancellationToken ct)
    {
        var command = log.Command(Redactions);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter { Value = asked.Select(static key => key.TenantId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = asked.Select(static key => key.Id).ToArray() });
        var known = new HashSet<(string, Guid)>();
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            known.Add((reader.GetString(0), reader.GetGuid(1)));
        return (tenantId, id) => known.Contains((tenantId, id));
    }
}
