using System.Data;
using System.Data.Common;
using Npgsql;

namespace Patterns.RlsSession;

/// <summary>A batch that carries the scope of its connection; with <paramref name="opens"/>, each execution opens the connection and closes it again, as batches of a data source do.</summary>
internal sealed class TenantBatch(TenantConnection connection, bool opens) : DbBatch
{
    private readonly NpgsqlBatch _statements = new();
    private ScopedCall? _running;

    public override int Timeout
    {
        get => _statements.Timeout;
        set => _statements.Timeout = value;
    }

    protected override DbBatchCommandCollection DbBatchCommands => _statements.BatchCommands;

    protected override DbConnection? DbConnection
    {
        get => connection;
        set => throw new NotSupportedException("The batch belongs to the connection that made it.");
    }

    protected override DbTransaction? DbTransaction { get; set; }

    public override void Cancel() => _running?.Cancel();

    /// <summary>Nothing to do: the driver prepares what is used often, where the connection string says so.</summary>
    public override void Prepare()
    {
    }

    public override Task PrepareAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public override int ExecuteNonQuery() => Run(static call => call.ExecuteNonQuery());

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) => RunAsync(static (call, ct) => call.ExecuteNonQueryAsync(ct), cancellationToken);

    public override object? ExecuteScalar() => Run(static call => call.ExecuteScalar());

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) => RunAsync(static (call, ct) => call.ExecuteScalarAsync(ct), cancellationToken);

    protected override DbBatchCommand CreateDbBatchCommand() => new NpgsqlBatchCommand();

    // The reader closes the connection when it is closed itself.
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        if (!opens)
            return Next().ExecuteReader(behavior);

        connection.Open();
        try
        {
            return Next().ExecuteReader(behavior | CommandBehavior.CloseConnection);
        }
        catch
        {
            connection.Close();
            throw;
        }
    }

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        if (!opens)
            return await Next().ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false);

        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Next().ExecuteReaderAsync(behavior | CommandBehavior.CloseConnection, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await connection.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private T Run<T>(Func<ScopedCall, T> run)
    {
        if (!opens)
            return run(Next());

        connection.Open();
        try
        {
            return run(Next());
        }
        finally
        {
            connection.Close();
        }
    }

    private async Task<T> RunAsync<T>(Func<ScopedCall, CancellationToken, Task<T>> run, CancellationToken ct)
    {
        if (!opens)
            return await run(Next(), ct).ConfigureAwait(false);

        await connection.OpenAsync(ct).ConfigureAwait(false);
        try
        {
            return await run(Next(), ct).ConfigureAwait(false);
        }
        finally
        {
            await connection.CloseAsync().ConfigureAwait(false);
        }
    }

    private ScopedCall Next()
    {
        ScopedBatch.Check(_statements, nameof(DbBatchCommands));
        var scope = connection.NextScope();
        return _running = new(connection, ScopedBatch.Create(connection.Inner, connection.Command(scope), _statements), command: null, scope is not null);
    }
}
