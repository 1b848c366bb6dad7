using Npgsql;

namespace Patterns.CreditLedger;

/// <summary>The ledger for those who answer for it: proof that it is whole, comparison with other systems, totals for the books, and the archive. Thread-safe.</summary>
public interface ICreditLedgerAudit
{
    /// <summary>
    /// Runs every query of the package's Book.md in one snapshot (REPEATABLE READ, READ ONLY) and returns each place where an invariant does not hold, in the order of the invariants: nothing
    /// means that the ledger is whole. Counts from the checkpoints of the archive. Stops nobody, and reads all entries, some ten seconds for a million. The snapshot is held while the breaks are read.
    /// </summary>
    /// <param name="tenantId">Only this tenant's accounts; <see langword="null"/> for all.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>The breaks.</returns>
    /// <exception cref="ArgumentException">The tenant is empty or too long.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception.</exception>
    IAsyncEnumerable<LedgerBreak> VerifyAsync(string? tenantId = null, CancellationToken ct = default);

    /// <summary>
    /// Compares the grants of an account with those that another system has, by reference and pool, in one statement and so in one snapshot. It corrects nothing. Successors of expired lots are
    /// no grants.
    /// </summary>
    /// <param name="scope">Which grants the other system should know of.</param>
    /// <param name="grants">All that the other system has, read once: as many as fit into one statement, some 100,000.</param>
    /// <param name="ct">Cancels the statement.</param>
    /// <returns>What differs, by reference; nothing when both agree.</returns>
    /// <exception cref="ArgumentException">A text is empty or too long, or an amount is outside 1 to 10^15.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception.</exception>
    Task<IReadOnlyList<GrantDifference>> ReconcileAsync(GrantScope scope, IEnumerable<ExternalGrant> grants, CancellationToken ct = default);

    /// <summary>
    /// Sums up, by movement, pool and currency, what the entries of a period did and what they recognised of the lots' cost: consumed credits of paid pools are revenue, expired ones breakage,
    /// consumed ones of promotional pools an expense, and refunds take back what was recognised before. Over a lot's whole life its parts add up to its cost. An open period may still grow.
    /// </summary>
    /// <param name="from">The beginning, by the database's clock.</param>
    /// <param name="to">The end; the moment itself is not in it.</param>
    /// <param name="tenantId">Only this tenant's accounts; <see langword="null"/> for all.</param>
    /// <param name="ct">Cancels the statement.</param>
    /// <returns>The totals, none of which is empty.</returns>
    /// <exception cref="ArgumentException">The period ends before it begins, or the tenant is empty or too long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Entries of the period are archived; the message says since when they are there.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception.</exception>
    Task<IReadOnlyList<RecognitionTotal>> RecognitionAsync(DateTimeOffset from, DateTimeOffset to, string? tenantId = null, CancellationToken ct = default);

    /// <summary>
    /// Writes for each account and lot what the entries of whole past months come to, then drops those months, and deletes the holds that ended in them. Balances, lots, grant keys and all
    /// invariants stay; history, refunds of those spends and recognition of those months go: export them first. Works in short transactions and stops nobody. A crash or a cancellation leaves
    /// nothing that the next call does not finish; the checkpoints are committed before the first entry goes, so that no snapshot shows a gap.
    /// </summary>
    /// <param name="before">The end: months that end then or earlier, in UTC. At most now − <c>KeyRetention</c>, since the keys of operations are remembered in their entries.</param>
    /// <param name="ct">Stops the work where it is.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The moment is later than now − <c>KeyRetention</c>.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception.</exception>
    Task<ArchiveResult> ArchiveAsync(DateTimeOffset before, CancellationToken ct = default);
}
