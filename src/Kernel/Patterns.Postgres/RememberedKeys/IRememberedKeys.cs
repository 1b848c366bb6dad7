namespace Patterns.Postgres;

/// <summary>The generations of the tables that were registered with <c>AddRememberedKeys</c>.</summary>
public interface IRememberedKeys
{
    /// <summary>
    /// Does for every registered table, by the database's clock, what is due: makes the partition of the next generation, turns to it when the current one is
    /// <see cref="RememberedKeys.RememberFor"/> old, and drops generations that nobody looks at any more. Nobody who adds a key waits for it. A hosted service
    /// calls this every <see cref="PostgresOptions.MaintenanceInterval"/>. A table that another instance is working on is left to it. An open transaction
    /// that has added keys postpones the turn, and this waits half a minute for it at most before it leaves the turn to the next run. If nobody ever calls
    /// this, the table grows, and nothing else changes.
    /// </summary>
    /// <param name="ct">Stops the work where it is, which needs no repair; nor does a crash.</param>
    /// <returns>When all tables have been looked at.</returns>
    /// <exception cref="AggregateException">Several tables failed; the others were looked after all the same. A single failure is thrown as it is.</exception>
    Task MaintainAsync(CancellationToken ct = default);
}
