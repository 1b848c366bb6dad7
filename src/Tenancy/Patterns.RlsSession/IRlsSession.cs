using System.Data;
using Npgsql;

namespace Patterns.RlsSession;

/// <summary>
/// Runs statements as one tenant. The scope travels in the round trip of the first statement and holds for its transaction only: nothing is ever set for a session, so connections can
/// be pooled by the driver and by PgBouncer in transaction mode. Thread-safe.
/// </summary>
/// <remarks>
/// A batch is read as a list of statements with a timeout (where it is not the driver's 30 s) and left as it was: it has no connection of its own, its parameters are inputs, and many callers may
/// share one. Statements are prepared where the connection string says <c>Max Auto Prepare</c>.
/// </remarks>
public interface IRlsSession
{
    /// <summary>
    /// Runs all statements as one transaction in one round trip, commit included. A failing statement, a cancellation or a crash undoes all of them. Never retried.
    /// </summary>
    /// <param name="scope">Whom they act for.</param>
    /// <param name="statements">At least one, none with an error barrier.</param>
    /// <param name="ct">Asks the server to stop. When the commit is already on its way, it may still happen.</param>
    /// <returns>The rows that were inserted, updated or deleted, in all; -1 when no statement writes.</returns>
    /// <exception cref="ArgumentException">The scope or the batch is malformed. Nothing was sent.</exception>
    /// <exception cref="PostgresException">The server's error, such as 42501 for a row that the policies refuse.</exception>
    Task<int> ExecuteAsync(TenantScope scope, NpgsqlBatch statements, CancellationToken ct = default);

    /// <summary>As <see cref="ExecuteAsync"/>, and gives the results to <paramref name="read"/>: the reader stands before the first row of the first statement that returns rows.</summary>
    /// <typeparam name="T">What the reading returns.</typeparam>
    /// <param name="scope">Whom the statements act for.</param>
    /// <param name="statements">At least one, none with an error barrier.</param>
    /// <param name="read">Reads; what it leaves is read to the end, so that a later statement's error is thrown before the call returns. What it throws itself undoes nothing: the server has all statements, and commits them.</param>
    /// <param name="ct">As for <see cref="ExecuteAsync"/>.</param>
    /// <returns>What <paramref name="read"/> returned.</returns>
    /// <exception cref="ArgumentException">The scope or the batch is malformed. Nothing was sent.</exception>
    /// <exception cref="PostgresException">The server's error.</exception>
    Task<T> ReadAsync<T>(TenantScope scope, NpgsqlBatch statements, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken ct = default);

    /// <summary>A transaction of one tenant, for work between whose statements the application decides. Sends nothing yet: BEGIN and the scope travel with the first statement.</summary>
    /// <param name="scope">Whom it acts for.</param>
    /// <param name="level">The isolation level.</param>
    /// <param name="ct">Cancels the wait for a connection.</param>
    /// <returns>The transaction; disposing it without a commit rolls it back.</returns>
    /// <exception cref="ArgumentException">The scope is malformed.</exception>
    ValueTask<RlsTransaction> BeginAsync(TenantScope scope, IsolationLevel level = IsolationLevel.ReadCommitted, CancellationToken ct = default);

    /// <summary>
    /// Scopes the caller's own transaction, in one round trip. With the scope that it already has, nothing changes. Call it before any savepoint: a rollback to an older savepoint undoes
    /// it, and what follows is refused by the policies.
    /// </summary>
    /// <param name="transaction">An open transaction. On another data source than <see cref="RlsOptions.DataSource"/> it works where the functions and roles are there.</param>
    /// <param name="scope">Whom it acts for.</param>
    /// <param name="ct">Cancels the statement, and so aborts the transaction.</param>
    /// <exception cref="ArgumentException">The scope is malformed, or the transaction is finished.</exception>
    /// <exception cref="InvalidOperationException">The transaction has another scope. It keeps that.</exception>
    Task ApplyAsync(NpgsqlTransaction transaction, TenantScope scope, CancellationToken ct = default);

    /// <summary>
    /// Runs work past the policies, on a connection of its own from <see cref="RlsOptions.BypassDataSource"/> that is closed afterwards. The reason is logged as a warning, counted, and
    /// shown by <c>pg_stat_activity</c> as the connection's <c>application_name</c> (its first 55 characters).
    /// </summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="reason">Why: 10 to 500 characters. It is written to logs.</param>
    /// <param name="work">The work. Its transactions are its own.</param>
    /// <param name="ct">Handed to the work.</param>
    /// <returns>What <paramref name="work"/> returned.</returns>
    /// <exception cref="ArgumentException">The reason is too short, too long or has control characters.</exception>
    /// <exception cref="InvalidOperationException">There is no <see cref="RlsOptions.BypassDataSource"/>.</exception>
    Task<T> BypassAsync<T>(string reason, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken ct = default);
}
