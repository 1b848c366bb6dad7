using Npgsql;

namespace Patterns.Postgres;

/// <summary>The connection was lost during <c>COMMIT</c>, and the server said afterwards that the transaction was rolled back.</summary>
internal sealed class CommitAbortedException(Exception inner)
    : NpgsqlException("The connection was lost during COMMIT, and the server says that the transaction was rolled back: nothing was applied.", inner);
