namespace Patterns.LlmCost;

/// <summary>A batch as it is bound: its calls in the order of their keys, each key once (of two revisions the higher, of two equal ones the first), and which of them count in one row of their day.</summary>
internal sealed class BookOrder
{
    private readonly Comparer<int> _byKey;
    private readonly Comparer<int> _byDay;
    private PricedCall[] _calls = [];
    private int[] _places = [];
    private int[] _days = [];

    public BookOrder()
    {
        _byKey = Comparer<int>.Create((x, y) =>
        {
            var difference = _calls[x].CompareKeys(_calls[y]);
            if (difference == 0)
                difference = _calls[y].Call.Revision.CompareTo(_calls[x].Call.Revision);
            return difference == 0 ? x.CompareTo(y) : difference;
        });
        _byDay = Comparer<int>.Create((x, y) => this[x].CompareDays(this[y]));
    }

    public int Count { get; private set; }

    public ref readonly PricedCall this[int index] => ref _calls[_places[index]];

    /// <summary>The places of the calls in the order of their days' keys.</summary>
    public ReadOnlySpan<int> ByDay => _days.AsSpan(0, Count);

    public void Sort(ReadOnlySpan<PricedCall> batch)
    {
        if (_calls.Length < batch.Length)
            (_calls, _places, _days) = (new PricedCall[batch.Length], new int[batch.Length], new int[batch.Length]);
        batch.CopyTo(_calls);
        for (var i = 0; i < batch.Length; i++)
            _places[i] = i;
        Array.Sort(_places, 0, batch.Length, _byKey);
        Count = 0;
        for (var i = 0; i < batch.Length; i++)
        {
            if (Count == 0 || this[Count - 1].CompareKeys(_calls[_places[i]]) != 0)
                _places[Count++] = _places[i];
        }

        for (var i = 0; i < Count; i++)
            _days[i] = i;
        Array.Sort(_days, 0, Count, _byDay);
    }

    public void Clear() => Array.Clear(_calls);
}
