using System.Data;
using System.Data.Common;
using Npgsql;

namespace Patterns.RlsSession;

/// <summary>A driver's transaction that keeps the scope it began with. The first statement carries it, a savepoint included, so that no savepoint is older than the scope.</summary>
internal sealed class TenantTransaction(TenantConnection connection, NpgsqlTransaction inner, TenantScope scope) : DbTransaction
{
    public TenantScope Scope => scope;

    public bool IsScoped { get; private set; }

    public bool IsEnded { get; private set; }

    public override IsolationLevel IsolationLevel => inner.IsolationLevel;

    public override bool SupportsSavepoints => true;

    protected override DbConnection? DbConnection => IsEnded ? null : connection;

    public void Sent() => IsScoped = true;

    public override void Commit()
    {
        inner.Commit();
        IsEnded = true;
    }

    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        await inner.CommitAsync(cancellationToken).ConfigureAwait(false);
        IsEnded = true;
    }

    public override void Rollback()
    {
        inner.Rollback();
        IsEnded = true;
    }

    public override async Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        await inner.RollbackAsync(cancellationToken).ConfigureAwait(false);
        IsEnded = true;
    }

    public override void Save(string savepointName)
    {
        using var command = Savepoint(savepointName);
        command.ExecuteNonQuery();
    }

    public override async Task SaveAsync(string savepointName, CancellationToken cancellationToken = default)
    {
        var command = Savepoint(savepointName);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Rollback(string savepointName) => inner.Rollback(savepointName);

    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) => inner.RollbackAsync(savepointName, cancellationToken);

    public override void Release(string savepointName) => inner.Release(savepointName);

    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) => inner.ReleaseAsync(savepointName, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        IsEnded = true;
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            IsEnded = true;
        }

        base.Dispose(disposing);
    }

    private TenantCommand Savepoint(string name) => new() { Connection = connection, CommandText = "SAVEPOINT " + SqlText.Identifier(name) };
}
