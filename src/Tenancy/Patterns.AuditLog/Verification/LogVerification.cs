using System.Security.Cryptography;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Verifies the log in the database: reads it in runs, as of one moment, and hands it to the check.</summary>
internal sealed class LogVerification(IPostgres postgres, IEnumerable<IAuditAnchor> anchors)
{
    // So many entries are looked up and hashed at a time.
    private const int BatchEntries = 16_384;

    private const string Redactions = """
        SELECT e.tenant_id, e.id FROM {schema}.audit_log_entries e
        JOIN unnest($1, $2) AS k (tenant_id, id) ON e.tenant_id = k.tenant_id AND e.id = k.id
        WHERE e.action = 'audit.entry.redacted'
        UNION
        SELECT h.tenant_id, h.id FROM {schema}.audit_log_held_entries h
        JOIN unnest($1, $2) AS k (tenant_id, id) ON h.tenant_id = k.tenant_id AND h.id = k.id
        WHERE h.action = 'audit.entry.redacted'
        """;

    public async Task<VerifyReport> RunAsync(NpgsqlDataSource source, IReadOnlyDictionary<string, ECDsa> keys, VerifyRequest request, CancellationToken ct)
    {
        var log = await LogSnapshot.OpenAsync(source, postgres, ct).ConfigureAwait(false);
        await using var _ = log.ConfigureAwait(false);
        var (first, last) = await log.LimitsAsync(request.SealedFrom, request.SealedTo, ct).ConfigureAwait(false);
        var findings = new Findings(request.MaxFindings);
        var runs = new RunCheck(keys, findings, request.SealedFrom is null ? 1 : first, request.TenantId is not null);
        foreach (var drop in await log.DropsAsync(ct).ConfigureAwait(false))
            runs.Dropped(drop.Head);

        var check = new LogCheck(runs, findings, fromTheStart: request.SealedFrom is null, blameSealForItsPath: false);
        var entries = new EntryCheck(runs, findings);
        var kept = new AnchorCheck(anchors.Select(anchor => anchor.ReadAsync(ct).GetAsyncEnumerator(ct)).ToList(), findings);
        await using var __ = kept.ConfigureAwait(false);
        if (request.SealedFrom is not null)
            await kept.SkipToAsync(first).ConfigureAwait(false);

        var lists = new SealedLists(log, runs, await log.HoldsAsync(ct).ConfigureAwait(false));
        var waiting = new List<CheckedSeal>();
        for (var next = first; next <= last;)
        {
            var some = await log.RunsAsync(next, last, ct).ConfigureAwait(false);
            if (some.Count == 0)
                break;
            for (var from = 0; from < some.Count;)
            {
                var upTo = Portion(some, from);
                var seals = await SealsAsync(log, next, some[upTo - 1].Head.RunNo, request.TenantId, ct).ConfigureAwait(false);
                var at = 0;
                for (; from < upTo; from++)
                {
                    var run = some[from];
                    await kept.NextAsync(run.Head).ConfigureAwait(false);
                    var begin = at;
                    while (at < seals.Count && seals[at].Record.RunNo <= run.Head.RunNo)
                        at++;
                    waiting.AddRange(check.Run(run, seals.GetRange(begin, at - begin)));
                }

                next = some[upTo - 1].Head.RunNo + 1;
                await CompareAsync(log, lists, entries, waiting, ct).ConfigureAwait(false);
            }
        }

        if (request.SealedTo is null)
        {
            await kept.FinishAsync(last).ConfigureAwait(false);
            await foreach (var head in log.HeadsAsync(request.TenantId, ct).ConfigureAwait(false))
                check.Head(head.TenantId, head.SealNo, head.NextSeq, head.Hash);
        }

        var unsealed = new UnsealedEntries(log, entries, findings);
        if (request.SealedTo is null)
            await unsealed.WaitingAsync(request.TenantId, lists.Found, ct).ConfigureAwait(false);
        await unsealed.InsertedAsync(request, lists.Found, ct).ConfigureAwait(false);
        entries.Finish();
        check.Finish();
        return new VerifyReport { Entries = entries.Entries, Seals = check.Seals, Runs = runs.Count, Head = runs.Last, Counts = findings.Counts, Findings = findings.Listed() };
    }

    // As many runs as have few enough seals to be held at once.
    private static int Portion(List<StoredRun> runs, int from)
    {
        var seals = 0L;
        var upTo = from;
        while (upTo < runs.Count && (upTo == from || seals + runs[upTo].Head.Seals <= BatchEntries))
            seals += runs[upTo++].Head.Seals;
        return upTo;
    }

    private static async Task<List<StoredSeal>> SealsAsync(LogSnapshot log, long firstRun, long lastRun, string? tenantId, CancellationToken ct)
    {
        var seals = await log.SealsAsync(firstRun, lastRun, ct).ConfigureAwait(false);
        if (tenantId is null)
            return seals;

        // Of the other tenants' seals only the hashes count, for the way to the run's root.
        var own = new List<StoredSeal>();
        foreach (var run in seals.GroupBy(static seal => seal.Record.RunNo))
        {
            var all = run.ToList();
            var mine = Enumerable.Range(0, all.Count).Where(i => all[i].Record.TenantId == tenantId).ToList();
            if (mine.Count == 0)
                continue;
            var hashes = all.SelectMany(static seal => seal.Hash).ToArray();
            own.AddRange(mine.Select(i => all[i] with { Path = new RunPath(i, MerkleTree.Path(hashes, i)) }));
        }

        return own;
    }

    private static async Task CompareAsync(LogSnapshot log, SealedLists lists, EntryCheck entries, List<CheckedSeal> seals, CancellationToken ct)
    {
        for (var from = 0; from < seals.Count;)
        {
            var upTo = from;
            for (var count = 0; upTo < seals.Count && (upTo == from || count + seals[upTo].Record.Count <= BatchEntries);)
                count += seals[upTo++].Record.Count;

            var batch = seals.GetRange(from, upTo - from);
            var records = batch.ConvertAll(static seal => seal.Record);
            var found = await lists.ReadAsync(records, ct).ConfigureAwait(false);
            var seen = await lists.SeeAsync(records, found, ct).ConfigureAwait(false);
            for (var i = 0; i < batch.Count; i++)
            {
                if (found[i] is { } list)
                    entries.Compare(batch[i], list.List, seen[i]);
                else
                    entries.NoList(batch[i]);
            }

            if (entries.OpenRedactions is { Count: > 0 } open)
                entries.Redactions(await KnownAsync(log, open, ct).ConfigureAwait(false));
            from = upTo;
        }

        seals.Clear();
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
