using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Patterns.RlsSession;

/// <summary>A driver's connection whose commands carry the scope.</summary>
internal abstract class TenantConnection(NpgsqlConnection inner, ScopeStatement scopes, ITenantAccessor accessor) : DbConnection
{
    private TenantTransaction? _transaction;

    public override event StateChangeEventHandler? StateChange
    {
        add => inner.StateChange += value;
        remove => inner.StateChange -= value;
    }

    public NpgsqlConnection Inner => inner;

    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => throw new NotSupportedException("The connection belongs to its TenantDataSource. Make another data source for another connection string.");
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override int ConnectionTimeout => inner.ConnectionTimeout;

    public override ConnectionState State => inner.State;

    public override bool CanCreateBatch => true;

    /// <summary>
    /// What the next statement must carry; null when its transaction has it already. <see cref="Sent"/> says that it has arrived: a statement that fails before it is sent takes nothing along.
    /// </summary>
    /// <exception cref="TenantNotSetException">There is no current scope.</exception>
    public ScopeValues? NextScope()
    {
        var scope = accessor.Current ?? throw new TenantNotSetException();
        if (_transaction is null || _transaction.IsEnded)
            return scopes.Values(scope);
        if (!ScopeRules.Same(scope, _transaction.Scope))
            throw new InvalidOperationException("The transaction began with another scope than the current one. Nothing was sent. End it before another scope is entered.");
        return _transaction.IsScoped ? null : scopes.Values(scope);
    }

    public NpgsqlBatchCommand? Command(ScopeValues? values) => values is { } scope ? scopes.Command(scope) : null;

    public void Prefix(NpgsqlCommand command, ScopeValues? values)
    {
        if (values is { } scope)
            scopes.Prefix(command, scope);
    }

    public void Sent() => _transaction?.Sent();

    // A transaction that nobody has ended ends with the connection, and the next one starts without a scope.
    public override void Open()
    {
        _transaction = null;
        inner.Open();
    }

    public override Task OpenAsync(CancellationToken cancellationToken)
    {
        _transaction = null;
        return inner.OpenAsync(cancellationToken);
    }

    public override void Close() => inner.Close();

    public override Task CloseAsync() => inner.CloseAsync();

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

    public override void EnlistTransaction(System.Transactions.Transaction? transaction) => inner.EnlistTransaction(transaction);

    public override DataTable GetSchema() => inner.GetSchema();

    public override DataTable GetSchema(string collectionName) => inner.GetSchema(collectionName);

    public override DataTable GetSchema(string collectionName, string?[] restrictionValues) => inner.GetSchema(collectionName, restrictionValues);

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        var scope = accessor.Current ?? throw new TenantNotSetException();
        return _transaction = new(this, inner.BeginTransaction(isolationLevel), scope);
    }

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken)
    {
        var scope = accessor.Current ?? throw new TenantNotSetException();
        return _transaction = new(this, await inner.BeginTransactionAsync(isolationLevel, cancellationToken).ConfigureAwait(false), scope);
    }

    protected override DbCommand CreateDbCommand() => new TenantCommand { Connection = this };

    protected override DbBatch CreateDbBatch() => new TenantBatch(this, opens: false);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
