namespace Patterns.AuditLog;

/// <summary>Brings the lines of a seal's entries to the places of its list: what is missing, changed, exchanged or too many shows then.</summary>
internal sealed class EvidenceEntries(SealedList list, string tenantId, Findings findings)
{
    private readonly List<(Guid? Id, SeenEntry Seen)> _lines = [];

    public bool IsFull => _lines.Count >= list.Ids.Length;

    public void Add(Guid? id, SeenEntry seen) => _lines.Add((id, seen));

    public SeenEntry[] Places()
    {
        var places = new SeenEntry[list.Ids.Length];
        if (_lines.Count == places.Length && _lines.Select(static line => line.Id).SequenceEqual(list.Ids.Select(static id => (Guid?)id)))
        {
            for (var i = 0; i < places.Length; i++)
                places[i] = _lines[i].Seen;
            return places;
        }

        var placeOf = Places(_lines.ConvertAll(static line => line.Id));
        var inOrder = placeOf.Where(static place => place >= 0).Order().ToList();
        var turn = 0;
        for (var i = 0; i < _lines.Count; i++)
        {
            if (placeOf[i] < 0)
                findings.Add(new VerifyFinding(FindingKind.Inserted, "A line among the entries of a seal is none of them.") { TenantId = tenantId, EntryId = _lines[i].Id });
            else
                places[placeOf[i]] = inOrder[turn++] == placeOf[i] ? _lines[i].Seen : _lines[i].Seen with { State = SeenState.Displaced };
        }

        return places;
    }

    // By their ids; one whose id is not in the list, or not readable, follows the line before it where that place is free.
    private int[] Places(List<Guid?> ids)
    {
        var known = new Dictionary<Guid, int>();
        for (var i = 0; i < list.Ids.Length; i++)
            known.TryAdd(list.Ids[i], i);
        var free = new HashSet<int>(Enumerable.Range(0, list.Ids.Length));
        var places = ids.ConvertAll(id => id is { } one && known.TryGetValue(one, out var place) && free.Remove(place) ? place : -1).ToArray();
        for (var i = 0; i < places.Length; i++)
        {
            var next = i == 0 ? 0 : places[i - 1] + 1;
            if (places[i] < 0 && (i == 0 || places[i - 1] >= 0) && free.Remove(next))
                places[i] = next;
        }

        return places;
    }
}
