using System.Data;
using Npgsql;

namespace Patterns.RlsSession;

/// <summary>Makes the batch that is sent out of the scope's command and the caller's, whose own batch stays as it is.</summary>
internal static class ScopedBatch
{
    // What a batch says that nobody has set; the connection's own timeout counts then.
    private const int DefaultTimeout = 30;

    // A COPY that row-level security does not allow: 0A000 from this function of the server, in whatever language the message is.
    private const string CopyRoutine = "DoCopy";

    public static void Check(NpgsqlBatch statements, string parameter)
    {
        ArgumentNullException.ThrowIfNull(statements, parameter);
        if (statements.BatchCommands.Count == 0)
            throw new ArgumentException("The batch has no statement. Add at least one.", parameter);
        // A batch of NpgsqlDataSource.CreateBatch() has no such property to ask for.
        if (statements.GetType() == typeof(NpgsqlBatch) && (statements.Connection is not null || statements.Transaction is not null))
            throw new ArgumentException("The batch has a connection of its own, but the statements run on a scoped one. Make it with new NpgsqlBatch(), or scope your transaction with ApplyAsync.", parameter);

        // Each barrier is a Sync, and a Sync ends the transaction that holds the scope.
        var barrier = statements.EnableErrorBarriers;
        for (var n = 0; n < statements.BatchCommands.Count; n++)
        {
            var command = statements.BatchCommands[n];
            barrier |= command.AppendErrorBarrier is true;
            for (var i = 0; i < command.Parameters.Count; i++)
            {
                if (command.Parameters[i] is { Direction: not ParameterDirection.Input } other)
                    throw new ArgumentException($"Parameter '{other.ParameterName}' is not an input. Read its value from the result instead.", parameter);
            }
        }

        if (barrier)
            throw new ArgumentException("The batch has an error barrier, which would end the scope's transaction in its middle. Leave EnableErrorBarriers and AppendErrorBarrier off, and send what may fail alone.", parameter);
    }

    public static NpgsqlBatch Create(NpgsqlConnection? connection, NpgsqlBatchCommand? scope, NpgsqlBatch? statements)
    {
        var batch = new NpgsqlBatch(connection);
        if (scope is not null)
            batch.BatchCommands.Add(scope);
        if (statements is null)
            return batch;

        for (var n = 0; n < statements.BatchCommands.Count; n++)
            batch.BatchCommands.Add(Copy(statements.BatchCommands[n]));
        if (statements.Timeout != DefaultTimeout)
            batch.Timeout = statements.Timeout;
        return batch;
    }

    /// <summary>
    /// The driver ties a command to the prepared statement of the connection that it ran on, and on another connection runs what has that name there, which may be another statement.
    /// A copy has no such tie, and lets many callers share one batch.
    /// </summary>
    public static NpgsqlBatchCommand Copy(NpgsqlBatchCommand command)
    {
        var copy = new NpgsqlBatchCommand(command.CommandText) { CommandType = command.CommandType };
        CopyParameters(command, copy.Parameters);
        return copy;
    }

    public static void CopyParameters(NpgsqlBatchCommand command, NpgsqlParameterCollection to)
    {
        var parameters = command.Parameters;
        for (var i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Direction != ParameterDirection.Input)
                throw new NotSupportedException($"Parameter '{parameters[i].ParameterName}' is not an input. Read its value from the result instead.");
            to.Add(parameters[i].Clone());
        }
    }

    public static bool IsCopyRefused(Exception exception) => exception is PostgresException { SqlState: "0A000", Routine: CopyRoutine };
}
