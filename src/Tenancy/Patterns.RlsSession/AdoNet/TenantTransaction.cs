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
        using var commit = Committing();
        commit.ExecuteNonQuery();
        IsEnded = true;
    }

    /// <summary>Not cancellable once it is sent: nobody could say what became of it.</summary>
    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var commit = Committing();
        await using (commit.ConfigureAwait(false))
            await commit.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
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

    public override void Save(string savepointName) => Execute(new TenantCommand { Connection = connection, CommandText = SqlText.Savepoint(savepointName) });

    public override Task SaveAsync(string savepointName, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new TenantCommand { Connection = connection, CommandText = SqlText.Savepoint(savepointName) }, cancellationToken);

    public override void Rollback(string savepointName) => Execute(new NpgsqlCommand(SqlText.RollbackTo(savepointName), connection.Inner));

    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new NpgsqlCommand(SqlText.RollbackTo(savepointName), connection.Inner), cancellationToken);

    public override void Release(string savepointName) => Execute(new NpgsqlCommand(SqlText.Release(savepointName), connection.Inner));

    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new NpgsqlCommand(SqlText.Release(savepointName), connection.Inner), cancellationToken);

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

    private static void Execute(DbCommand command)
    {
        using (command)
            command.ExecuteNonQuery();
    }

    private static async Task ExecuteAsync(DbCommand command, CancellationToken ct)
    {
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    // COMMIT of a failed transaction is answered with a ROLLBACK that the driver takes for success. A statement before it fails there.
    private NpgsqlBatch Committing() => IsEnded
        ? throw new InvalidOperationException("The transaction has ended. Begin another.")
        : new(connection.Inner) { BatchCommands = { new("SELECT"), new("COMMIT") } };
}
