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
        foreach (NpgsqlBatchCommand command in statements.BatchCommands)
            barrier |= command.AppendErrorBarrier is true;
        if (barrier)
            throw new ArgumentException("The batch has an error barrier, which would end the scope's transaction in its middle. Leave EnableErrorBarriers and AppendErrorBarrier off, and send what may fail alone.", parameter);
    }

    public static NpgsqlBatch Create(NpgsqlConnection connection, NpgsqlBatchCommand? scope, NpgsqlBatch? statements)
    {
        var batch = new NpgsqlBatch(connection);
        if (scope is not null)
            batch.BatchCommands.Add(scope);
        if (statements is null)
            return batch;

        foreach (NpgsqlBatchCommand command in statements.BatchCommands)
            batch.BatchCommands.Add(command);
        if (statements.Timeout != DefaultTimeout)
            batch.Timeout = statements.Timeout;
        return batch;
    }

    public static bool IsCopyRefused(Exception exception) => exception is PostgresException { SqlState: "0A000", Routine: CopyRoutine };
}
