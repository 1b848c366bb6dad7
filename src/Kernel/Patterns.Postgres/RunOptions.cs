using System.Data;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>How one transaction of <see cref="IPostgres.RunAsync{T}"/> runs.</summary>
public sealed record RunOptions
{
    /// <summary>The isolation level. Default: <see cref="IsolationLevel.ReadCommitted"/>.</summary>
    public IsolationLevel IsolationLevel { get; init; } = IsolationLevel.ReadCommitted;

    /// <summary>How long a statement may wait for a lock before it fails with 55P03. Sent together with <c>BEGIN</c>. At least 1 ms; default: the server's setting.</summary>
    public TimeSpan? LockTimeout { get; init; }

    /// <summary>How long a statement may run before it fails with 57014. Sent together with <c>BEGIN</c>. At least 1 ms; default: the server's setting.</summary>
    public TimeSpan? StatementTimeout { get; init; }

    /// <summary>Overrides <see cref="PostgresOptions.VerifyCommit"/> for this transaction.</summary>
    public bool? VerifyCommit { get; init; }

    /// <summary>
    /// Adds the last statements to the batch that commits, after the work has returned: they travel in the round trip of <c>COMMIT</c>, and when one of them fails, nothing is
    /// applied and its error goes to the caller. Called once per attempt. Default: <see langword="null"/>.
    /// </summary>
    public Action<NpgsqlBatch>? WithCommit { get; init; }
}
