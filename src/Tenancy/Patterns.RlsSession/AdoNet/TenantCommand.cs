using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Patterns.RlsSession;

/// <summary>A command that carries the scope of its connection.</summary>
internal sealed class TenantCommand : DbCommand
{
    private readonly NpgsqlBatchCommand _statement = new();
    private TenantConnection? _connection;
    private int? _timeout;
    private ScopedCall? _running;

    [AllowNull]
    public override string CommandText
    {
        get => _statement.CommandText;
        set => _statement.CommandText = value;
    }

    public override int CommandTimeout
    {
        get => _timeout ?? _connection?.Inner.CommandTimeout ?? 30;
        set => _timeout = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "CommandTimeout takes 0 (none) or more seconds.");
    }

    public override CommandType CommandType
    {
        get => _statement.CommandType;
        set => _statement.CommandType = value;
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; } = UpdateRowSource.Both;

    protected override DbConnection? DbConnection
    {
        get => _connection;
        set => _connection = value is null or TenantConnection ? (TenantConnection?)value : throw new ArgumentException("The command takes a connection of a TenantDataSource.", nameof(value));
    }

    protected override DbParameterCollection DbParameterCollection => _statement.Parameters;

    // As with the driver, a command runs in whatever transaction its connection has.
    protected override DbTransaction? DbTransaction { get; set; }

    public override void Cancel() => _running?.Cancel();

    /// <summary>Nothing to do: the driver prepares what is used often, where the connection string says so.</summary>
    public override void Prepare()
    {
    }

    public override Task PrepareAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public override int ExecuteNonQuery() => Next().ExecuteNonQuery();

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => Next().ExecuteNonQueryAsync(cancellationToken);

    public override object? ExecuteScalar() => Next().ExecuteScalar();

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) => Next().ExecuteScalarAsync(cancellationToken);

    protected override DbParameter CreateDbParameter() => new NpgsqlParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Next().ExecuteReader(behavior);

    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) => Next().ExecuteReaderAsync(behavior, cancellationToken);

    private ScopedCall Next()
    {
        var connection = _connection ?? throw new InvalidOperationException("The command has no connection. Make it with CreateCommand of a connection of a TenantDataSource.");
        var scope = connection.NextScope();
        return _running = HasSeveralStatements() ? Script(connection, scope) : Single(connection, scope);
    }

    private ScopedCall Single(TenantConnection connection, ScopeValues? scope)
    {
        var batch = ScopedBatch.Create(connection.Inner, connection.Command(scope), statements: null);
        batch.BatchCommands.Add(ScopedBatch.Copy(_statement));
        if (_timeout is { } timeout)
            batch.Timeout = timeout;
        return new(connection, batch, command: null, scope is not null);
    }

    // The driver splits such a text itself, which it does not do inside a batch.
    private ScopedCall Script(TenantConnection connection, ScopeValues? scope)
    {
        var command = new NpgsqlCommand(_statement.CommandText, connection.Inner);
        ScopedBatch.CopyParameters(_statement, command.Parameters);
        if (_timeout is { } timeout)
            command.CommandTimeout = timeout;
        connection.Prefix(command, scope);
        return new(connection, batch: null, command, scope is not null);
    }

    // Parameters without names are for the protocol's own placeholders, with which there is only ever one statement. A semicolon in a literal costs nothing but the other way.
    private bool HasSeveralStatements() =>
        _statement.CommandType == CommandType.Text
        && _statement.CommandText.AsSpan().TrimEnd("; \t\r\n").Contains(';')
        && (_statement.Parameters.Count == 0 || _statement.Parameters[0].ParameterName.Length > 0);
}
