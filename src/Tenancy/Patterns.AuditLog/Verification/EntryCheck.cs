namespace Patterns.AuditLog;

/// <summary>Compares the entries of a seal with what was sealed, place by place.</summary>
internal sealed class EntryCheck(RunCheck runs, Findings findings)
{
    // What is missing is kept until the entries that no seal names were looked at: one of them may be it. Beyond this it is reported at once.
    private const int MostMissing = 100_000;

    private readonly Dictionary<string, Place> _missingByLeaf = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Place> _missingById = [];
    private readonly List<(Guid Redaction, Place Place)> _redacted = [];
    private readonly Dictionary<(string TenantId, ClassMonth Month), long> _unlisted = [];

    public long Entries { get; private set; }

    /// <summary>A seal whose list of entries is not there.</summary>
    public void NoList(CheckedSeal seal)
    {
        var record = seal.Record;
        Entries += record.Count;
        if (runs.IsDropped(record))
        {
            findings.Add(OfSeal(record, FindingKind.Expired, $"Dropped after its retention: {record.Count} entries of class {record.RetentionClass}, {record.Month:yyyy-MM}."));
            return;
        }

        findings.Add(OfSeal(record, FindingKind.BrokenLink, $"The list of the seal's {record.Count} entries is gone."));
        Lost(record, record.Count);
    }

    /// <summary>A seal with its list, and what was found at each of its places.</summary>
    public void Compare(CheckedSeal seal, SealedList list, ReadOnlySpan<SeenEntry> seen)
    {
        var record = seal.Record;
        Entries += seen.Length;
        var places = list.Leaves.Length / MerkleTree.HashLength;
        var listed = list.Leaves.Length % MerkleTree.HashLength == 0 && places == seen.Length && list.Ids.Length == places;
        if (!seal.Accused)
        {
            listed = listed && places == record.Count && MerkleTree.Root(list.Leaves).AsSpan().SequenceEqual(record.Root);
            if (!listed)
            {
                findings.Add(OfSeal(record, FindingKind.BrokenLink, "The list of the seal's entries was changed: it does not give the seal's root."));
                if (LeadToRoot(record, seen))
                    return; // the entries themselves are what was sealed
                Lost(record, record.Count - seen.Length);
            }
        }

        HashSet<string>? leaves = null;
        for (var i = 0; i < seen.Length; i++)
        {
            var leaf = i < places ? list.Leaf(i) : default;
            if (seen[i] is { State: SeenState.Readable, Redaction: null } && leaf.SequenceEqual(seen[i].Leaf))
                continue;
            var place = new Place(record, i, list.Ids[i], leaf.ToArray());
            if (seen[i] is { State: SeenState.Readable, Leaf: { } own } && !leaf.SequenceEqual(own) && (leaves ??= All(list)).Contains(Convert.ToHexString(own)))
                findings.Add(place.Finding(FindingKind.BrokenLink, "The list of the seal's entries was changed: it names them in another order."));
            else
                At(seen[i], leaf, place);
        }
    }

    /// <summary>An entry that is in no list: one that is missing elsewhere, or inserted.</summary>
    public void Unlisted(StoredEntry entry, HashInput input)
    {
        var leaf = Convert.ToHexString(AuditHash.LeafOf(entry, input));
        var key = (entry.TenantId, ClassMonth.Of(entry));
        if (_missingByLeaf.TryGetValue(leaf, out var place))
        {
            findings.Add(OfSeal(place.Seal, FindingKind.BrokenLink, "The list of the seal's entries was changed: it names another entry, or another time, than was sealed.") with { SequenceNumber = place.SequenceNumber, EntryId = entry.Id });
            Found(place);
        }
        else if (_missingById.TryGetValue(entry.Id, out place))
        {
            findings.Add(place.Finding(FindingKind.Altered, "The entry's tenant, time or class was changed: its content is not what was sealed."));
            Found(place);
        }
        else if (_unlisted.TryGetValue(key, out var left) && left > 0)
        {
            _unlisted[key] = left - 1; // its list is gone, which is reported
        }
        else
        {
            findings.Add(new VerifyFinding(FindingKind.Inserted, "The entry is in no seal and does not wait for one.") { TenantId = entry.TenantId, EntryId = entry.Id });
        }
    }

    /// <summary>Which entries are named as redactions and not yet known to be.</summary>
    public IReadOnlyCollection<(string TenantId, Guid Id)> OpenRedactions => _redacted.Select(static open => (open.Place.Seal.TenantId, open.Redaction)).ToHashSet();

    /// <summary>Reports those who were waiting; an entry whose redaction is not in its tenant's log was emptied by somebody else.</summary>
    public void Redactions(Func<string, Guid, bool> isKnown)
    {
        foreach (var (redaction, place) in _redacted)
        {
            findings.Add(isKnown(place.Seal.TenantId, redaction)
                ? place.Finding(FindingKind.Redacted, $"Its personal data was redacted; entry {redaction} says why.")
                : place.Finding(FindingKind.Altered, "Its personal data was emptied, and no entry of the tenant says so."));
        }

        _redacted.Clear();
    }

    public bool IsWaiting => _missingById.Count > 0 || _missingByLeaf.Count > 0;

    /// <summary>Reports what is missing after all.</summary>
    public void Finish()
    {
        foreach (var place in _missingById.Values)
            Missing(place);
        _missingById.Clear();
        _missingByLeaf.Clear();
    }

    private void At(SeenEntry seen, ReadOnlySpan<byte> leaf, Place place)
    {
        switch (seen.State)
        {
            case SeenState.Absent when _missingById.Count < MostMissing && _missingById.TryAdd(place.EntryId, place):
                _missingByLeaf[Convert.ToHexString(leaf)] = place;
                break;
            case SeenState.Absent:
                Missing(place);
                break;
            case SeenState.Expired:
                findings.Add(place.Finding(FindingKind.Expired, "Dropped after its retention."));
                break;
            case SeenState.Unreadable:
                findings.Add(place.Finding(FindingKind.Altered, "The line of the entry is not as it was written."));
                break;
            case SeenState.Displaced:
                findings.Add(place.Finding(FindingKind.Altered, "The entry stands at another's place."));
                break;
            case var _ when !leaf.SequenceEqual(seen.Leaf):
                findings.Add(place.Finding(FindingKind.Altered, "The entry's content is not what was sealed."));
                break;
            case SeenState.Inconsistent:
                findings.Add(place.Finding(FindingKind.Altered, "A document, its salt or its commitment was changed."));
                break;
            case SeenState.Readable when seen.Redaction is { } redaction:
                _redacted.Add((redaction, place));
                break;
        }
    }

    private static HashSet<string> All(SealedList list) => Enumerable.Range(0, list.Leaves.Length / MerkleTree.HashLength).Select(i => Convert.ToHexString(list.Leaf(i))).ToHashSet(StringComparer.Ordinal);

    private static bool LeadToRoot(SealRecord record, ReadOnlySpan<SeenEntry> seen)
    {
        if (seen.Length != record.Count)
            return false;
        var leaves = new byte[seen.Length * MerkleTree.HashLength];
        for (var i = 0; i < seen.Length; i++)
        {
            if (seen[i].Leaf is not { } leaf)
                return false;
            leaf.CopyTo(leaves, i * MerkleTree.HashLength);
        }

        return MerkleTree.Root(leaves).AsSpan().SequenceEqual(record.Root);
    }

    // So many entries are in no list any more, and are not to be taken for inserted ones.
    private void Lost(SealRecord record, long count)
    {
        var key = (record.TenantId, new ClassMonth(record.RetentionClass, record.Month));
        if (count > 0)
            _unlisted[key] = _unlisted.GetValueOrDefault(key) + count;
    }

    private void Found(Place place)
    {
        _missingById.Remove(place.EntryId);
        _missingByLeaf.Remove(Convert.ToHexString(place.Leaf));
    }

    private void Missing(Place place) => findings.Add(place.Finding(FindingKind.Missing, "The entry is gone."));

    private static VerifyFinding OfSeal(SealRecord seal, FindingKind kind, string detail) =>
        new(kind, detail) { TenantId = seal.TenantId, RunNo = seal.RunNo, SealNo = seal.SealNo, SequenceNumber = seal.FirstSeq, Count = seal.Count };

    private sealed record Place(SealRecord Seal, int Index, Guid EntryId, byte[] Leaf)
    {
        public long SequenceNumber => Seal.FirstSeq + Index;

        public VerifyFinding Finding(FindingKind kind, string detail) =>
            new(kind, detail) { TenantId = Seal.TenantId, RunNo = Seal.RunNo, SealNo = Seal.SealNo, SequenceNumber = SequenceNumber, EntryId = EntryId };
    }
}
