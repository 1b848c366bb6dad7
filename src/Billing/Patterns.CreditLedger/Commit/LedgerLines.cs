using Npgsql;

namespace Patterns.CreditLedger;

/// <summary>What the spends of a batch took from which lots: one element for each entry, in the order of the operations.</summary>
internal ref struct LedgerLines
{
    private int[] _ops;
    private Guid?[] _lots;
    private string?[] _pools;
    private long[] _amounts;
    private int _at;

    public static LedgerLines Read(NpgsqlDataReader row, int column) => row.IsDBNull(column)
        ? new() { _ops = [], _lots = [], _pools = [], _amounts = [] }
        : new()
        {
            _ops = row.GetFieldValue<int[]>(column),
            _lots = row.GetFieldValue<Guid?[]>(column + 1),
            _pools = row.GetFieldValue<string?[]>(column + 2),
            _amounts = row.GetFieldValue<long[]>(column + 3),
        };

    /// <summary>The lines of the operation at that place, and what was not taken from a lot. Places are asked for in their order.</summary>
    public (CreditLine[] Lines, long Owed) Next(int place)
    {
        var (first, owed) = (_at, 0L);
        while (_at < _ops.Length && _ops[_at] == place)
        {
            if (_lots[_at] is null)
                owed = _amounts[_at];
            _at++;
        }

        var lines = new CreditLine[_at - first - (owed > 0 ? 1 : 0)];
        for (var i = 0; i < lines.Length; i++)
            lines[i] = new(_lots[first + i]!.Value, _pools[first + i]!, _amounts[first + i]);
        return (lines, owed);
    }
}
