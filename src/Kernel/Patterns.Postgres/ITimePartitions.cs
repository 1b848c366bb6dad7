namespace Patterns.Postgres;

/// <summary>The time partitions of the tables that were registered with <c>AddTimePartitions</c>.</summary>
public interface ITimePartitions
{
    /// <summary>
    /// Makes the partition of <paramref name="table"/> that holds <paramref name="at"/>, if it is missing. Any number of callers may do this at once;
    /// a crash leaves either the whole partition or nothing. Reading and writing the table goes on meanwhile.
    /// </summary>
    /// <param name="table">A registered table, without its schema.</param>
    /// <param name="at">A moment between now − <see cref="TimePartitioning.Keep"/> and now + <see cref="TimePartitioning.Ahead"/> + 1 intervals, by the database's clock.</param>
    /// <param name="ct">Cancels the work; the partition is then made or not.</param>
    /// <exception cref="ArgumentException">The table is not registered.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The moment is outside those limits: a wrong clock must not make thousands of partitions.</exception>
    ValueTask EnsureAsync(string table, DateTimeOffset at, CancellationToken ct = default);
}
