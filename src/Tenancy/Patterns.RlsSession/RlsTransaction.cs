using Npgsql;

namespace Patterns.RlsSession;

/// <summary>
/// A transaction of one tenant, from <see cref="IRlsSession.BeginAsync"/>. BEGIN and the scope travel with its first statement, so a session of n calls costs n + 1 round trips, and n when
/// the last one is <see cref="CommitAsync"/> with statements. For one flow of control at a time. Disposing it without a commit rolls it back, as a crash does.
/// </summary>
public sealed class RlsTransaction : IAsyncDisposable
{
    private readonly PostgresRlsSession _session;
    private readonly NpgsqlTransaction _transaction;
    private readonly NpgsqlConnection _connection;
    private readonly ScopeStatement _scopes;
    private readonly ScopeValues _values;
    private State _state;

    internal RlsTransaction(PostgresRlsSession session, NpgsqlTransaction transaction, ScopeStatement scopes, ScopeValues values)
    {
        _session = session;
        _transaction = transaction;
        _connection = transaction.Connection!;
        _scopes = scopes;
        _values = values;
    }

    private enum State
    {
        Unsent,
        Scoped,
        Ended,
    }

    /// <summary>Runs statements in the transaction, in one round trip.</summary>
    /// <param name="statements">As for <see cref="IRlsSession.ExecuteAsync"/>.</param>
    /// <param name="ct">Asks the server to stop, which fails the transaction.</param>
    /// <returns>The rows that were inserted, updated or deleted, in all; -1 when no statement writes.</returns>
    /// <exception cref="ArgumentException">The batch is malformed.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    /// <exception cref="PostgresException">The server's error; without a savepoint, only a rollback is left.</exception>
    public Task<int> ExecuteAsync(NpgsqlBatch statements, CancellationToken ct = default)
    {
        ScopedBatch.Check(statements, nameof(statements));
        var scope = NextScope();
        return _session.RunAsync("transaction", async () => Sent(await ScopedBatch.Create(_connection, scope, statements).ExecuteNonQueryAsync(ct).ConfigureAwait(false)));
    }

    /// <summary>As <see cref="ExecuteAsync"/>, and gives the results to <paramref name="read"/>.</summary>
    /// <typeparam name="T">What the reading returns.</typeparam>
    /// <param name="statements">As for <see cref="IRlsSession.ExecuteAsync"/>.</param>
    /// <param name="read">Reads; the reader stands before the first row of the first statement that returns rows.</param>
    /// <param name="ct">Asks the server to stop, which fails the transaction.</param>
    /// <returns>What <paramref name="read"/> returned.</returns>
    /// <exception cref="ArgumentException">The batch is malformed.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    /// <exception cref="PostgresException">The server's error.</exception>
    public Task<T> ReadAsync<T>(NpgsqlBatch statements, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        ScopedBatch.Check(statements, nameof(statements));
        var scope = NextScope();
        return _session.RunAsync(
            "transaction",
            async () => Sent(await PostgresRlsSession.ReadAsync(ScopedBatch.Create(_connection, scope, statements), scope is not null, read, ct).ConfigureAwait(false)));
    }

    /// <summary>The driver's transaction, for code that takes one: it is scoped, which costs a round trip when nothing has carried the scope yet. Commit and roll back here, not there.</summary>
    /// <param name="ct">Cancels that round trip.</param>
    /// <returns>The transaction.</returns>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public async ValueTask<NpgsqlTransaction> GetTransactionAsync(CancellationToken ct = default)
    {
        if (NextScope() is { } scope)
            Sent(await ScopedBatch.Create(_connection, scope, statements: null).ExecuteNonQueryAsync(ct).ConfigureAwait(false));
        return _transaction;
    }

    /// <summary>Sets a savepoint, after the scope, so that <see cref="RollbackToAsync"/> cannot undo the scope.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ct">Cancels the round trip.</param>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public async Task SaveAsync(string name, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var savepoint = new NpgsqlBatch { BatchCommands = { new(SqlText.Savepoint(name)) } };
        await using (savepoint.ConfigureAwait(false))
            Sent(await ScopedBatch.Create(_connection, NextScope(), savepoint).ExecuteNonQueryAsync(ct).ConfigureAwait(false));
    }

    /// <summary>Undoes what came after a savepoint of <see cref="SaveAsync"/>, a failure included.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ct">Cancels the round trip.</param>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    /// <exception cref="PostgresException">There is no such savepoint (3B001).</exception>
    public async Task RollbackToAsync(string name, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ThrowIfEnded();
        var command = new NpgsqlCommand(SqlText.RollbackTo(name), _connection);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Commits, with last statements in the same round trip. Not cancellable once it is sent. When nothing was ever sent and there are no statements, it costs nothing.
    /// </summary>
    /// <param name="last">Statements that run before the commit; <see langword="null"/> for none.</param>
    /// <param name="ct">Observed before anything is sent.</param>
    /// <exception cref="ArgumentException">The batch is malformed. The transaction goes on.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    /// <exception cref="PostgresException">A statement failed, now (its own error) or before (25P02): nothing was applied.</exception>
    /// <exception cref="NpgsqlException">The connection broke while the commit was on its way: it may or may not be applied.</exception>
    public async Task CommitAsync(NpgsqlBatch? last = null, CancellationToken ct = default)
    {
        if (last is not null)
            ScopedBatch.Check(last, nameof(last));
        ThrowIfEnded();
        ct.ThrowIfCancellationRequested();
        var unsent = _state == State.Unsent;
        var scope = last is null ? null : NextScope();
        _state = State.Ended;
        if (unsent && last is null)
            return;

        await _session.RunAsync(
            "transaction",
            async () =>
            {
                var batch = ScopedBatch.Create(_connection, scope, last);
                // COMMIT of a failed transaction is answered with a ROLLBACK that the driver takes for success. A statement before it fails there.
                if (last is null)
                    batch.BatchCommands.Add(new("SELECT"));
                batch.BatchCommands.Add(new("COMMIT"));
                return await batch.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    /// <summary>Rolls back unless it was committed, and returns the connection.</summary>
    /// <returns>A task.</returns>
    public ValueTask DisposeAsync()
    {
        _state = State.Ended;
        // The driver rolls back what is open, and forgets a BEGIN that was never sent; asked to roll back, it would send both.
        return _connection.DisposeAsync();
    }

    // Carried until a statement has succeeded with it: one that failed before it was sent has taken nothing along, and after one that failed later the transaction takes no more.
    private NpgsqlBatchCommand? NextScope()
    {
        ThrowIfEnded();
        return _state == State.Scoped ? null : _scopes.Command(_values);
    }

    private T Sent<T>(T result)
    {
        _state = State.Scoped;
        return result;
    }

    private void ThrowIfEnded()
    {
        if (_state == State.Ended)
            throw new InvalidOperationException("The transaction has ended. Begin another with IRlsSession.BeginAsync.");
    }
}
