namespace Patterns.AuditLog;

/// <summary>A place outside of the database that keeps the signed run heads, so that even a rewrite of the whole database is detected: a file on another machine, an object store with retention, a mailing list.</summary>
public interface IAuditAnchor
{
    /// <summary>Keeps a head. Called after the run has committed, at least once for the newest head, in order; the same head may come again. What it throws is logged and tried again with the next run; sealing goes on. It has 30 seconds, after which its token is cancelled and it has failed.</summary>
    Task PublishAsync(RunHead head, CancellationToken ct);

    /// <summary>All heads that are kept, in the order of their numbers.</summary>
    IAsyncEnumerable<RunHead> ReadAsync(CancellationToken ct);
}
