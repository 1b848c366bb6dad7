using System.Runtime.CompilerServices;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Reads sealed entries in the order of their runs. What was dropped after its retention is passed over; its places count.</summary>
internal sealed class SealedStream(IPostgres postgres, AuditorTransactions auditor)
{
    private const int Portion = 10_000;

    public async IAsyncEnumerable<SealedEntry> ReadAsync(SealCursor from, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            // No transaction stays open while the caller handles what it got.
            var (entries, next, newest) = await PortionAsync(from, ct).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                yield return entry;
                Telemetry.StreamLag(newest - entry.SealedAt);
            }

            if (next == from)
            {
                Telemetry.StreamLag(TimeSpan.Zero);
                yield break;
            }

            from = next;
        }
    }

    private async Task<(List<SealedEntry> Entries, SealCursor Next, DateTimeOffset Newest)> PortionAsync(SealCursor from, CancellationToken ct)
    {
        var log = await LogSnapshot.OpenAsync(auditor, postgres, ct).ConfigureAwait(false);
        await using var _ = log.ConfigureAwait(false);
        var entries = new List<SealedEntry>();
        var (_, last) = await log.LimitsAsync(from: null, to: null, ct).ConfigureAwait(false);
        if (await log.RunsAsync([last], ct).ConfigureAwait(false) is not [{ Head.SealedAt: var newest }])
            return (entries, from, default);
        var lists = new SealedLists(log);
        var at = new SealCursor(from.RunNo, 0);
        await foreach (var portion in new LogRuns(log).ReadAsync(Math.Max(from.RunNo, 1), last, tenantId: null, ct).ConfigureAwait(false))
        {
            var seals = portion.Where(static part => part.Run is not null).SelectMany(static part => part.Seals.Select(seal => (Run: part.Run!.Head, Seal: seal.Record))).ToList();
            foreach (var batch in LogRuns.Batches(seals, static part => part.Seal.Count, LogRuns.WholeEntries))
            {
                at = await AddAsync(entries, lists, batch, at, from, ct).ConfigureAwait(false);
                if (entries.Count >= Portion)
                    return (entries, at, newest);
            }
        }

        return (entries, at, newest);
    }

    private static async Task<SealCursor> AddAsync(
        List<SealedEntry> entries, SealedLists lists, List<(RunHead Run, SealRecord Seal)> batch, SealCursor at, SealCursor from, CancellationToken ct)
    {
        var records = batch.ConvertAll(static part => part.Seal);
        var found = await lists.ReadAsync(records, ct).ConfigureAwait(false);
        var read = await lists.EntriesAsync(records, found, ct).ConfigureAwait(false);
        for (var i = 0; i < batch.Count; i++)
        {
            var (run, seal) = batch[i];
            if (at.RunNo != run.RunNo)
                at = new SealCursor(run.RunNo, 0);
            for (var place = 0; place < seal.Count; place++)
            {
                at = at with { Entries = at.Entries + 1 };
                if ((run.RunNo > from.RunNo || at.Entries > from.Entries) && place < read[i].Length && read[i][place] is { } entry)
                    entries.Add(new SealedEntry(EntryText.Shown(entry), entry.Redaction, seal.FirstSeq + place, seal.SealNo, run.RunNo, run.SealedAt, at));
            }
        }

        return at;
    }
}
