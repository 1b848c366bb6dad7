using System.Data.Common;
using Npgsql;

namespace Patterns.RlsSession;

/// <summary>
/// For Dapper and plain ADO.NET: every command of its connections carries the scope of <see cref="ITenantAccessor.Current"/> in its own round trip, outside a transaction as well as with the
/// first command of one. The scope's result is never seen: readers, scalars, <c>NextResult</c> and the number of affected rows are those of the caller's statements.
/// </summary>
/// <remarks>
/// Without a current scope, executing throws <see cref="TenantNotSetException"/> before anything is sent. A transaction keeps the scope that it began with; executing in it under another one
/// throws <see cref="InvalidOperationException"/>; its <c>Commit</c> after an error that was swallowed throws 25P02, where the driver would call the rollback a success. <c>Prepare</c> does nothing (<c>Max Auto Prepare</c> of the connection string prepares), <c>CommandBehavior.SingleResult</c> and
/// <c>SingleRow</c> are taken as hints, and COPY, LISTEN and what else takes an <see cref="Npgsql.NpgsqlConnection"/> is not offered. Thread-safe; its connections are not.
/// </remarks>
public sealed class TenantDataSource : DbDataSource
{
    private readonly NpgsqlDataSource _source;
    private readonly ScopeStatement _scopes;
    private readonly ITenantAccessor _accessor;

    internal TenantDataSource(ScopedSource source, ScopeStatement scopes, ITenantAccessor accessor)
    {
        _source = source.Value;
        _scopes = scopes;
        _accessor = accessor;
    }

    /// <summary>The connection string, without its password.</summary>
    public override string ConnectionString => _source.ConnectionString;

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => Create();

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch() => new TenantBatch(Create(), opens: true);

    private NpgsqlConnection Create() => new(_source.CreateConnection(), _scopes, _accessor);

    // Dapper goes by the name of the type: only to one of this name it gives an array as an array, as in "= ANY (@ids)".
    private sealed class NpgsqlConnection(Npgsql.NpgsqlConnection inner, ScopeStatement scopes, ITenantAccessor accessor) : TenantConnection(inner, scopes, accessor);
}
