using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Whether the role that the application logs in with could bypass a wall of the log.</summary>
internal sealed class WallCheck(IPostgres postgres)
{
    public Task DemandAsync(CancellationToken ct) => Task.FromResult((postgres, ct));
}
