using Npgsql;

namespace Patterns.Postgres;

/// <summary>No connection could be opened, in a way that does not say so itself (a server that hangs up while it is greeted, a time-out). Nothing was sent.</summary>
internal sealed class NotOpenedException(string message, Exception inner) : NpgsqlException(message, inner)
{
    /// <summary>The failure itself where it is clear that nothing was sent, else one that says so.</summary>
    public static Exception From(Exception failure) => PostgresErrors.OutcomeOf(failure) == WriteOutcome.NotApplied
        ? failure
        : new NotOpenedException($"No connection could be opened, and nothing was sent: {failure.Message}", failure);
}
