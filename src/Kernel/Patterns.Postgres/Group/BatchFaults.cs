using Npgsql;

namespace Patterns.Postgres;

/// <summary>Reads the failure of a batch.</summary>
internal static class BatchFaults
{
    public static BatchFault Of(Exception failure)
    {
        if (failure is AnswersException)
            return BatchFault.Answers;

        // What is not from the driver was thrown while it wrote a value. If part of the message had been written by then, the server has never seen its end, and has rolled back.
        if (failure is not NpgsqlException && PostgresErrors.FindServerError(failure) is null && !IsBroken(failure))
            return BatchFault.Row;

        var fault = PostgresErrors.Classify(failure);
        return fault switch
        {
            PostgresFault.Serialization or PostgresFault.Deadlock => BatchFault.Conflict,
            PostgresFault.LockTimeout => BatchFault.Lock,
            PostgresFault.NoPartition => BatchFault.MissingPartition,
            PostgresFault.ConnectionLost => BatchFault.Lost,
            _ when PostgresErrors.FindServerError(failure) is { } error && IsOfARow(error.SqlState) => BatchFault.Row,
            _ => PostgresErrors.OutcomeOf(failure) == WriteOutcome.Unknown ? BatchFault.Lost : BatchFault.Everybody,
        };
    }

    // Classes 21 cardinality, 22 data, 23 constraint, 54 limit exceeded, P0 raised by a function.
    private static bool IsOfARow(string sqlState) => sqlState.AsSpan(0, 2) is "21" or "22" or "23" or "54" or "P0";

    private static bool IsBroken(Exception failure) => failure is IOException or System.Net.Sockets.SocketException or TimeoutException or OperationCanceledException or ObjectDisposedException;
}
