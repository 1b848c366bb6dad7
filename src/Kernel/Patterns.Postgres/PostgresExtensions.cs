using Npgsql;

namespace Patterns.Postgres;

/// <summary>The forms of <see cref="IPostgres"/>'s methods for work that returns nothing.</summary>
public static class PostgresExtensions
{
    /// <summary>As <see cref="IPostgres.RunAsync{T}"/>, for work that returns nothing.</summary>
    /// <param name="postgres">The database.</param>
    /// <param name="work">The work; it may run several times.</param>
    /// <param name="options">Isolation level and time limits.</param>
    /// <param name="ct">Observed until <c>COMMIT</c> is sent.</param>
    /// <exception cref="OutcomeUnknownException">The connection was lost while <c>COMMIT</c> was on its way.</exception>
    public static async ValueTask RunAsync(this IPostgres postgres, Func<NpgsqlTransaction, CancellationToken, ValueTask> work, RunOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        ArgumentNullException.ThrowIfNull(work);
        await postgres.RunAsync(
            async (transaction, token) =>
            {
                await work(transaction, token).ConfigureAwait(false);
                return true;
            },
            options,
            ct).ConfigureAwait(false);
    }
}
