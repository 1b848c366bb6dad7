using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// The connection was lost when the work could already have been committed, so it may or may not be applied. Never retried blindly: look before you
/// repeat, or repeat only what recognises its own earlier run.
/// </summary>
public sealed class OutcomeUnknownException : NpgsqlException
{
    internal OutcomeUnknownException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
