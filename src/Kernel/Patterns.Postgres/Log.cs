using Microsoft.Extensions.Logging;

namespace Patterns.Postgres;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Hot statements are not prepared, because a pooler stands between this application and PostgreSQL. Set PostgresOptions.Prepare to Always for PgBouncer 1.21 and later with max_prepared_statements above 0.")]
    public static partial void PoolerFound(ILogger logger);

    [LoggerMessage(2, LogLevel.Information, "Schema script {Script} was applied in {Milliseconds} ms.")]
    public static partial void ScriptApplied(ILogger logger, string script, long milliseconds);

    [LoggerMessage(3, LogLevel.Warning, "The database has schema scripts that this version of the code does not know: {Scripts}. That is right after a newer deployment was rolled back.")]
    public static partial void NewerScripts(ILogger logger, string scripts);

    [LoggerMessage(4, LogLevel.Information, "Schema script {Script} met a lock; attempt {Attempt} of {Attempts} follows.")]
    public static partial void ScriptRetried(ILogger logger, string script, int attempt, int attempts);

    [LoggerMessage(5, LogLevel.Debug, "A transaction is run again after {Fault} (attempt {Attempt}).")]
    public static partial void TransactionRetried(ILogger logger, PostgresFault fault, int attempt);

    [LoggerMessage(6, LogLevel.Warning, "Table {Table} had no partition for now, so it was made by the write that missed it. Is its maintenance running?")]
    public static partial void PartitionMissed(ILogger logger, string table);

    [LoggerMessage(10, LogLevel.Error, "The missing partition of table {Table} could not be made, so the write that missed it fails.")]
    public static partial void PartitionNotMade(ILogger logger, Exception exception, string table);
}
