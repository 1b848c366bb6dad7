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

    /// <summary>
    /// Does for every registered table, by the database's clock, what is due: makes the partition of now and <see cref="TimePartitioning.Ahead"/> after it,
    /// and detaches and drops those whose end is <see cref="TimePartitioning.Keep"/> ago. A hosted service calls this every
    /// <see cref="PostgresOptions.MaintenanceInterval"/>. A table that another instance is working on is left to it. What would have to wait long for
    /// other transactions is left to the next run. A crash or a cancellation leaves nothing that the next run does not finish.
    /// </summary>
    /// <param name="ct">Stops the work where it is.</param>
    /// <returns>When all tables have been looked at.</returns>
    /// <exception cref="AggregateException">Several tables or partitions failed, or one <see cref="TimePartitioning.OnDetached"/> did; everything else was done all the same. A single failure of the server is thrown as it is.</exception>
    Task MaintainAsync(CancellationToken ct = default);

    /// <summary>
    /// Detaches and drops those partitions of <paramref name="table"/> now whose end is <paramref name="before"/> or earlier, though <see cref="TimePartitioning.Keep"/> would keep them:
    /// for data that leaves when it was archived, and not by its age alone. <see cref="TimePartitioning.OnDetached"/> is called as ever. A partition that holds a later moment stays whole,
    /// and so does one that was made by hand. A crash or a cancellation leaves nothing that the same call does not finish.
    /// </summary>
    /// <param name="table">A registered table, without its schema.</param>
    /// <param name="before">The end of what is dropped, at most now by the database's clock.</param>
    /// <param name="ct">Stops the work where it is.</param>
    /// <returns><see langword="true"/> when none of them is left; <see langword="false"/> when another instance is working on the table, or what is left would have to wait long for other transactions: call again later.</returns>
    /// <exception cref="ArgumentException">The table is not registered.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The moment is in the future.</exception>
    /// <exception cref="AggregateException"><see cref="TimePartitioning.OnDetached"/> failed; the other partitions were dropped all the same.</exception>
    Task<bool> DropBeforeAsync(string table, DateTimeOffset before, CancellationToken ct = default);
}
