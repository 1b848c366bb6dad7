namespace Patterns.Postgres;

/// <summary>How one RANGE-partitioned table is split.</summary>
/// <param name="Table">The table's name, without its schema.</param>
/// <param name="Interval">What one partition holds.</param>
/// <param name="Keep">How long rows are kept.</param>
/// <param name="Ahead">How many partitions are made before they are needed, 1 to 366.</param>
public sealed record TimePartitioning(string Table, PartitionInterval Interval, TimeSpan Keep, int Ahead = 7);
