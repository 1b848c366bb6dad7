namespace Patterns.LlmCost;

/// <summary>The calls of a batch in the order of their keys, each key once: of two revisions the higher, of two equal ones the first.</summary>
internal sealed class BookOrder : IComparer<int>
{
    private PricedCall[] _calls = [];
    private int[] _places = [];

    public int Count { get; private set; }

    public PricedCall this[int index] => _calls[_places[index]];

    public void Sort(ReadOnlySpan<PricedCall> batch)
    {
        if (_calls.Length < batch.Length)
        {
            _calls = new PricedCall[batch.Length];
            _places = new int[batch.Length];
        }

        batch.CopyTo(_calls);
        for (var i = 0; i < batch.Length; i++)
            _places[i] = i;
        Array.Sort(_places, 0, batch.Length, this);
        Count = 0;
        for (var i = 0; i < batch.Length; i++)
        {
            if (Count == 0 || CompareKeys(_places[Count - 1], _places[i]) != 0)
                _places[Count++] = _places[i];
        }
    }

    public void Clear() => Array.Clear(_calls);

    public int Compare(int x, int y)
    {
        var difference = CompareKeys(x, y);
        if (difference == 0)
            difference = _calls[y].Call.Revision.CompareTo(_calls[x].Call.Revision);
        return difference == 0 ? x.CompareTo(y) : difference;
    }

    private int CompareKeys(int x, int y)
    {
        var (left, right) = (_calls[x].Call, _calls[y].Call);
        var difference = string.CompareOrdinal(left.TenantId, right.TenantId);
        if (difference == 0)
            difference = left.CallId.CompareTo(right.CallId);
        return difference == 0 ? left.Attempt.CompareTo(right.Attempt) : difference;
    }
}
