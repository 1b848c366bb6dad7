namespace Patterns.Postgres;

/// <summary>
/// A table of keys that stay unique although old ones are dropped by the partition. A unique index of a partitioned table must contain the partition's
/// column, so the table is LIST-partitioned by <c>generation int</c>, and a clock table of one row, <c>(current int, overlap boolean, turned_at timestamptz)</c>,
/// says which generation is written. Its schema script makes both, with partitions <c>&lt;Table&gt;_g1</c> and <c>_g2</c> and the row (1, false, now); all names
/// <c>&lt;Table&gt;_g&lt;number&gt;</c> belong to it. Who adds a key must, in one READ COMMITTED transaction and in this order: (1) <c>LOCK TABLE ONLY</c> it <c>IN ROW EXCLUSIVE MODE</c>;
/// (2) in a later statement, read the clock; (3) take the key for new only if generation <c>current − 1</c> lacks it and it could be inserted into <c>current</c> and,
/// in overlap, into <c>current + 1</c> too, and else leave it in neither.
/// </summary>
/// <param name="Table">The table of the keys, without its schema: at most 50 characters, since the partitions' names are longer.</param>
/// <param name="Clock">The clock table, without its schema.</param>
/// <param name="RememberFor">How long a key is remembered at least, more than 0 and at most a hundred years. At most it is twice that, and the maintenance's interval and the transactions that it waits for.</param>
public sealed record RememberedKeys(string Table, string Clock, TimeSpan RememberFor);
