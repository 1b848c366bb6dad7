namespace Patterns.Postgres;

/// <summary>How one RANGE-partitioned table is split.</summary>
/// <param name="Table">The table's name, without its schema.</param>
/// <param name="Interval">What one partition holds.</param>
/// <param name="Keep">How long rows are kept, more than 0 and at most a hundred years. A partition is dropped when all of it is older, and never earlier, unless <see cref="ITimePartitions.DropBeforeAsync"/> is called.</param>
/// <param name="Ahead">How many partitions are made before they are needed, 1 to 366.</param>
public sealed record TimePartitioning(string Table, PartitionInterval Interval, TimeSpan Keep, int Ahead = 7)
{
    /// <summary>What tells the time of a row: the column in the table's <c>PARTITION BY RANGE</c>. Default <see cref="PartitionKey.Timestamp"/>.</summary>
    public PartitionKey Key { get; init; }

    /// <summary>
    /// Called before a partition that is past <see cref="Keep"/> is dropped, when it is already a table of its own: to export it, or to move rows out of
    /// it. Runs in the transaction that drops the table, so that what it writes there commits with the drop or not at all; what it does elsewhere may be
    /// done again after a crash. If it throws, the table stays, and the next run of the maintenance calls it again. Default: none.
    /// </summary>
    public Func<DetachedPartition, CancellationToken, ValueTask>? OnDetached { get; init; }

    /// <summary>
    /// Called when a partition was made and attached, in the transaction that does so: for what a partition does not take over from its table, such as its owner, its grants and its
    /// TRUNCATE triggers. Nobody sees the partition before. If it throws, there is no partition. Default: none.
    /// </summary>
    public Func<CreatedPartition, CancellationToken, ValueTask>? OnCreated { get; init; }
}
