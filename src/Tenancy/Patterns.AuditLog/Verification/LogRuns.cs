using System.Runtime.CompilerServices;

namespace Patterns.AuditLog;

/// <summary>Reads runs with their seals, as many at a time as can be held.</summary>
internal sealed class LogRuns(LogSnapshot log)
{
    /// <summary>So many seals, or entries, are held at a time; one run, or one seal, may be more.</summary>
    private const int Portion = 16_384;

    /// <summary>As many where each is held with its documents.</summary>
    public const int WholeEntries = 2_048;

    /// <summary>Portions of runs, each with its seals in the order of the run's tree. Seals whose run is gone come without one.</summary>
    /// <param name="first">The first run.</param>
    /// <param name="last">The last run.</param>
    /// <param name="tenantId">Only the seals of this tenant, with their way to the run's root.</param>
    /// <param name="ct">Stops the reading.</param>
    public async IAsyncEnumerable<IReadOnlyList<(StoredRun? Run, IReadOnlyList<StoredSeal> Seals)>> ReadAsync(long first, long last, string? tenantId, [EnumeratorCancellation] CancellationToken ct)
    {
        while (first <= last)
        {
            var runs = await log.RunsAsync(first, last, ct).ConfigureAwait(false);
            if (runs.Count == 0)
                yield break;
            foreach (var some in Batches(runs, static run => run.Head.Seals))
            {
                var upTo = some[^1].Head.RunNo;
                yield return Join(some, await log.SealsAsync(first, upTo, ct).ConfigureAwait(false), tenantId);
                first = upTo + 1;
            }
        }
    }

    /// <summary>Cuts a list where what its elements stand for gets too much to be held.</summary>
    public static IEnumerable<List<T>> Batches<T>(List<T> all, Func<T, int> size, int most = Portion)
    {
        for (var from = 0; from < all.Count;)
        {
            var upTo = from;
            for (var held = 0L; upTo < all.Count && (upTo == from || held + size(all[upTo]) <= most);)
                held += size(all[upTo++]);
            yield return all.GetRange(from, upTo - from);
            from = upTo;
        }
    }

    private static List<(StoredRun? Run, IReadOnlyList<StoredSeal> Seals)> Join(List<StoredRun> runs, List<StoredSeal> seals, string? tenantId)
    {
        var joined = new List<(StoredRun?, IReadOnlyList<StoredSeal>)>(runs.Count);
        var at = 0;
        foreach (var run in runs)
        {
            var lost = TakeWhile(seal => seal.Record.RunNo < run.Head.RunNo);
            lost.RemoveAll(seal => tenantId is not null && seal.Record.TenantId != tenantId);
            if (lost.Count > 0)
                joined.Add((null, lost));
            joined.Add((run, Own(TakeWhile(seal => seal.Record.RunNo == run.Head.RunNo), tenantId)));
        }

        return joined;

        List<StoredSeal> TakeWhile(Func<StoredSeal, bool> belongs)
        {
            var begin = at;
            while (at < seals.Count && belongs(seals[at]))
                at++;
            return seals.GetRange(begin, at - begin);
        }
    }

    // Of the other tenants' seals only the hashes count, for the way to the run's root.
    private static List<StoredSeal> Own(List<StoredSeal> seals, string? tenantId)
    {
        if (tenantId is null || seals.TrueForAll(seal => seal.Record.TenantId != tenantId))
            return tenantId is null ? seals : [];
        var hashes = seals.SelectMany(static seal => seal.Hash).ToArray();
        return Enumerable.Range(0, seals.Count).Where(i => seals[i].Record.TenantId == tenantId).Select(i => seals[i] with { Path = new RunPath(i, MerkleTree.Path(hashes, i)) }).ToList();
    }
}
