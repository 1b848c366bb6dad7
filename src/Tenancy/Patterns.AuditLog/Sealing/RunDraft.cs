using System.Security.Cryptography;

namespace Patterns.AuditLog;

/// <summary>A run as it will be written: the seals of what was taken, under one root, chained to the run before and signed.</summary>
internal sealed record RunDraft(RunHead Head, IReadOnlyList<SealGroup> Groups)
{
    /// <summary>Seals by tenant, class and month, each tenant's chained one to another; in each the entries by time and id.</summary>
    public static RunDraft Make(RunKind kind, string? note, RunHead? last, DateTimeOffset at, List<PendingEntry> entries, AuditSigningKey key)
    {
        var input = new HashInput();
        var runNo = (last?.RunNo ?? 0) + 1;
        entries.Sort(static (x, y) =>
        {
            var order = TenantOrder.Instance.Compare(x.TenantId, y.TenantId);
            if (order == 0)
                order = string.CompareOrdinal(x.RetentionClass, y.RetentionClass);
            if (order == 0)
                order = x.OccurredAt.CompareTo(y.OccurredAt);
            return order == 0 ? x.Id.CompareTo(y.Id) : order;
        });

        var groups = new List<SealGroup>();
        for (var from = 0; from < entries.Count;)
        {
            var first = entries[from];
            var to = from + 1;
            while (to < entries.Count && entries[to].TenantId == first.TenantId && entries[to].RetentionClass == first.RetentionClass && entries[to].Month == first.Month)
                to++;
            groups.Add(Seal(runNo, entries.GetRange(from, to - from), groups.Count == 0 ? null : groups[^1], input));
            from = to;
        }

        var hashes = new byte[groups.Count * MerkleTree.HashLength];
        for (var i = 0; i < groups.Count; i++)
            groups[i].Hash.CopyTo(hashes, i * MerkleTree.HashLength);
        var head = new RunHead(runNo, kind, last?.Hash() ?? AuditHash.Nothing, MerkleTree.Root(hashes), groups.Count, at, note, key.Id, []);
        return new(head with { Signature = key.Key.SignHash(head.Hash(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation) }, groups);
    }

    private static SealGroup Seal(long runNo, List<PendingEntry> entries, SealGroup? before, HashInput input)
    {
        var first = entries[0];
        var (sealNo, nextSeq, previous) = before is { } b && b.Seal.TenantId == first.TenantId
            ? (b.Seal.SealNo, b.Seal.FirstSeq + b.Seal.Count, b.Hash)
            : (first.SealNo, first.NextSeq, first.HeadHash);
        var leaves = new byte[entries.Count * MerkleTree.HashLength];
        for (var i = 0; i < entries.Count; i++)
            entries[i].Leaf.CopyTo(leaves, i * MerkleTree.HashLength);
        var seal = new SealRecord(first.TenantId, sealNo + 1, runNo, first.RetentionClass, first.Month, nextSeq, entries.Count, MerkleTree.Root(leaves), previous);
        return new(seal, seal.Hash(input), leaves, entries);
    }
}
