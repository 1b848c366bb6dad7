using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// One PostgreSQL database: runs work in transactions that retry what is safe to retry, and says of every failure whether the work was
/// applied. Every PostgreSQL package of the family stands on it. Thread-safe; one instance per application.
/// </summary>
public interface IPostgres
{
    /// <summary>The data source that connections come from: the one in the service container, else the one built from <see cref="PostgresOptions.ConnectionString"/>.</summary>
    NpgsqlDataSource DataSource { get; }

    /// <summary>The schema that the family's tables live in, quoted as an identifier: <c>"patterns"</c> unless configured.</summary>
    string Schema { get; }

    /// <summary>Puts <see cref="Schema"/> where a statement says <c>{schema}</c>. Call it once per statement and keep the result.</summary>
    /// <param name="statement">A constant SQL text. Nothing else is substituted, so braces of JSON are safe.</param>
    /// <returns>The statement, ready to send.</returns>
    string Sql(string statement);

    /// <summary>
    /// Opens a transaction, runs <paramref name="work"/> in it and commits. Serialization failures (40001), deadlocks (40P01) and, once, a
    /// missing time partition (which is made first) run the work again from its start, after a rollback: up to 5 attempts with a full-jitter
    /// pause of at most 500 ms, never past <see cref="PostgresOptions.RetryBudget"/> or <paramref name="ct"/>. Nothing else is retried: a
    /// unique violation is an answer, not a fault.
    /// </summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="work">Uses the transaction's connection, and neither commits nor rolls back. It may run several times, so effects outside the database belong after the call.</param>
    /// <param name="options">Isolation level and time limits of this transaction; <see langword="null"/> for READ COMMITTED without limits.</param>
    /// <param name="ct">Observed until <c>COMMIT</c> is sent, and not after it: a cancelled call has changed nothing.</param>
    /// <returns>What <paramref name="work"/> returned in the attempt that was committed.</returns>
    /// <exception cref="OutcomeUnknownException">The connection was lost while <c>COMMIT</c> was on its way, so the work may or may not be applied (see <see cref="PostgresOptions.VerifyCommit"/>).</exception>
    /// <exception cref="InvalidOperationException">The work swallowed the error of a statement, so that PostgreSQL had already given the transaction up: nothing was applied.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception for everything else; the transaction was rolled back.</exception>
    ValueTask<T> RunAsync<T>(Func<NpgsqlTransaction, CancellationToken, ValueTask<T>> work, RunOptions? options = null, CancellationToken ct = default);

    /// <summary>
    /// Runs <paramref name="work"/> in the caller's transaction, without retry, savepoint or commit; or, when it is <see langword="null"/>, as
    /// <see cref="RunAsync{T}"/> does. This is how a package writes the two forms of a method once.
    /// </summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="transaction">An open transaction on the same database, or <see langword="null"/>.</param>
    /// <param name="work">The work.</param>
    /// <param name="ct">Handed to the work.</param>
    /// <returns>What <paramref name="work"/> returned.</returns>
    /// <exception cref="ArgumentException">The transaction is finished, or of another database.</exception>
    ValueTask<T> JoinAsync<T>(NpgsqlTransaction? transaction, Func<NpgsqlTransaction, CancellationToken, ValueTask<T>> work, CancellationToken ct = default);

    /// <summary>
    /// Prepares a hot statement on its connection, where the connection lets it (<see cref="PostgresOptions.Prepare"/>). Costs one round trip the
    /// first time on each physical connection, none after that, and does nothing behind a transaction pooler.
    /// </summary>
    /// <param name="hot">A command with its connection and its typed parameters.</param>
    /// <param name="ct">Cancels the preparation.</param>
    ValueTask PrepareAsync(NpgsqlCommand hot, CancellationToken ct = default);

    /// <summary>
    /// For a statement that runs outside <see cref="RunAsync{T}"/>: when it failed because a registered table has no partition for now, makes that
    /// partition and the next, so that the statement can run once more. <see cref="RunAsync{T}"/> does this itself. Any number of callers may do it at once.
    /// </summary>
    /// <param name="failure">What the statement threw; wrapping exceptions are looked through.</param>
    /// <param name="ct">Cancels the work; the partition is then made or not.</param>
    /// <returns>
    /// <see langword="true"/> when the partition is there now. <see langword="false"/> when the failure was another one, or concerned a table that is not
    /// registered, or the partition could not be made, which is logged: <paramref name="failure"/> is then what the caller should hear of.
    /// </returns>
    ValueTask<bool> MakeMissingPartitionAsync(Exception failure, CancellationToken ct = default);

    /// <summary>As the other form, for a batch.</summary>
    /// <param name="hot">A batch with its connection and its commands' typed parameters.</param>
    /// <param name="ct">Cancels the preparation.</param>
    ValueTask PrepareAsync(NpgsqlBatch hot, CancellationToken ct = default);
}
