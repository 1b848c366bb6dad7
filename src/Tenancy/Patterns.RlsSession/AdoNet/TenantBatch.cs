using System.Data;
using System.Data.Common;
using Npgsql;

namespace Patterns.RlsSession;

/// <summary>A batch that carries the scope of its connection.</summary>
internal sealed class TenantBatch(TenantConnection connection) : DbBatch
{
    private readonly NpgsqlBatch _statements = new();
    private TenantConnection? _connection = connection;
    private ScopedCall? _running;

    public override int Timeout
    {
        get => _statements.Timeout;
        set => _statements.Timeout = value;
    }

    protected override DbBatchCommandCollection DbBatchCommands => _statements.BatchCommands;

    protected override DbConnection? DbConnection
    {
        get => _connection;
        set => _connection = value is null or TenantConnection ? (TenantConnection?)value : throw new ArgumentException("The batch takes a connection of a TenantDataSource.", nameof(value));
    }

    protected override DbTransaction? DbTransaction { get; set; }

    public override void Cancel() => _running?.Cancel();

    /// <summary>Nothing to do: the driver prepares what is used often, where the connection string says so.</summary>
    public override void Prepare()
    {
    }

    public override Task PrepareAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public override int ExecuteNonQuery() => Next().ExecuteNonQuery();

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) => Next().ExecuteNonQueryAsync(cancellationToken);

    public override object? ExecuteScalar() => Next().ExecuteScalar();

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) => Next().ExecuteScalarAsync(cancellationToken);

    protected override DbBatchCommand CreateDbBatchCommand() => new NpgsqlBatchCommand();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Next().ExecuteReader(behavior);

    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) => Next().ExecuteReaderAsync(behavior, cancellationToken);

    private ScopedCall Next()
    {
        var target = _connection ?? throw new InvalidOperationException("The batch has no connection. Make it with CreateBatch of a connection of a TenantDataSource.");
        ScopedBatch.Check(_statements, nameof(DbBatchCommands));
        var scope = target.NextScope();
        return _running = new(target, ScopedBatch.Create(target.Inner, target.Command(scope), _statements), command: null, scope is not null);
    }
}
