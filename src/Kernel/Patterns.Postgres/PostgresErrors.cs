using System.Net.Sockets;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>Says what an exception from Npgsql or PostgreSQL means. Looks through wrapping exceptions, and allocates nothing.</summary>
public static class PostgresErrors
{
    /// <summary>What kind of fault this is.</summary>
    /// <param name="exception">Any exception.</param>
    /// <returns>The kind; <see cref="PostgresFault.Other"/> when it is none of the known ones.</returns>
    public static PostgresFault Classify(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return FindServerError(exception) is { } error ? ClassifyServerError(error) : ClassifyDriverError(exception);
    }

    /// <summary>Whether the same work may succeed when it is run again from its start, and nothing of it was applied.</summary>
    /// <param name="exception">Any exception.</param>
    /// <returns><see langword="true"/> for serialization failures, deadlocks, lock time-outs, a server that cannot be reached, and a connection that the server ended before the commit.</returns>
    public static bool IsRetryable(Exception exception) =>
        Classify(exception) is PostgresFault.Serialization or PostgresFault.Deadlock or PostgresFault.LockTimeout or PostgresFault.Unavailable or PostgresFault.ConnectionLost
        && OutcomeOf(exception) == WriteOutcome.NotApplied;

    /// <summary>
    /// Whether the statement that failed so was applied, when it was not a <c>COMMIT</c>. A server that answered with an error has rolled back, and so
    /// has one that ended the connection of a running statement (57P01); a connection that broke or a driver that stopped waiting says nothing.
    /// </summary>
    /// <param name="exception">Any exception.</param>
    /// <returns><see cref="WriteOutcome.Unknown"/> unless it is certain that nothing was applied.</returns>
    public static WriteOutcome OutcomeOf(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        switch (exception)
        {
            case OutcomeUnknownException:
                return WriteOutcome.Unknown;
            case CommitAbortedException or QueueFullException or NotOpenedException:
                return WriteOutcome.NotApplied;
            case GroupCanceledException canceled:
                return canceled.Outcome;
        }

        if (FindServerError(exception) is { } error)
            return error.SqlState is "40003" || error.SqlState.StartsWith("08", StringComparison.Ordinal) ? WriteOutcome.Unknown : WriteOutcome.NotApplied;

        return ClassifyDriverError(exception) == PostgresFault.Unavailable ? WriteOutcome.NotApplied : WriteOutcome.Unknown;
    }

    /// <summary>The name of the constraint that refused the row.</summary>
    /// <param name="exception">Any exception.</param>
    /// <returns>The name, or <see langword="null"/> where no constraint is concerned.</returns>
    public static string? ConstraintOf(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return FindServerError(exception)?.ConstraintName;
    }

    internal static PostgresException? FindServerError(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is PostgresException error)
                return error;
        }

        return null;
    }

    private static PostgresFault ClassifyServerError(PostgresException error) => error.SqlState switch
    {
        "40001" => PostgresFault.Serialization,
        "40P01" => PostgresFault.Deadlock,
        "55P03" => PostgresFault.LockTimeout,
        "57014" => PostgresFault.StatementTimeout,
        "23505" or "23P01" => PostgresFault.Unique,
        "23503" => PostgresFault.ForeignKey,
        // Tuple routing and check constraints share the code, and a direct insert into the wrong partition names no constraint either; the
        // server's own function tells them apart in every language.
        "23514" => error.Routine is "ExecFindPartition" ? PostgresFault.NoPartition : PostgresFault.Check,
        "23502" => PostgresFault.NotNull,
        "25006" => PostgresFault.ReadOnly,
        "42501" => PostgresFault.Permission,
        "42P01" or "3F000" => PostgresFault.SchemaMissing,
        "42P05" or "26000" or "08P01" => PostgresFault.Pooler,
        "57P03" => PostgresFault.Unavailable,
        "57P01" or "57P02" or "57P04" or "57P05" or "25P03" or "25P04" => PostgresFault.ConnectionLost,
        var code when code.StartsWith("08", StringComparison.Ordinal) => PostgresFault.ConnectionLost,
        var code when code.StartsWith("21", StringComparison.Ordinal) || code.StartsWith("22", StringComparison.Ordinal) => PostgresFault.Data,
        var code when code.StartsWith("28", StringComparison.Ordinal) => PostgresFault.Permission,
        var code when code.StartsWith("53", StringComparison.Ordinal) || code.StartsWith("54", StringComparison.Ordinal) => PostgresFault.OutOfResources,
        _ => PostgresFault.Other,
    };

    private static PostgresFault ClassifyDriverError(Exception exception)
    {
        var driver = false;
        for (var current = exception; current is not null; current = current.InnerException)
        {
            switch (current)
            {
                // The driver gives no code for these two, only its wording; they are the failures after which nothing can have been sent.
                case NpgsqlException when current.Message.StartsWith("Failed to connect to ", StringComparison.Ordinal)
                    || current.Message.StartsWith("The connection pool has been exhausted", StringComparison.Ordinal):
                case NotOpenedException:
                    return PostgresFault.Unavailable;
                case OutcomeUnknownException:
                    return PostgresFault.ConnectionLost;
                case NpgsqlException:
                    driver = true;
                    break;
                case TimeoutException when driver:
                    return PostgresFault.StatementTimeout;
                case IOException or SocketException when driver:
                    return PostgresFault.ConnectionLost;
            }
        }

        return driver ? PostgresFault.ConnectionLost : PostgresFault.Other;
    }
}
