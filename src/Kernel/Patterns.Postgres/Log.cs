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

    [LoggerMessage(11, LogLevel.Debug, "Partition {Partition} of table {Table} was made.")]
    public static partial void PartitionMade(ILogger logger, string partition, string table);

    [LoggerMessage(12, LogLevel.Warning, "Partition {Partition} of table {Table} cannot be made: {Reason}. Part of its time is in another partition, or its rows are in the default partition; nothing was moved.")]
    public static partial void PartitionBlocked(ILogger logger, string partition, string table, string reason);

    [LoggerMessage(13, LogLevel.Information, "Partition {Partition} of table {Table} was dropped.")]
    public static partial void PartitionDropped(ILogger logger, string partition, string table);

    [LoggerMessage(14, LogLevel.Information, "Partition {Partition} of table {Table} is in use by other transactions; the next run goes on with it.")]
    public static partial void PartitionPostponed(ILogger logger, string partition, string table);

    [LoggerMessage(15, LogLevel.Warning, "The default partition {Partition} of table {Table} holds {Count} rows. They are never dropped, and keep the partition of their time from being made. Move them and drop the default partition.")]
    public static partial void DefaultPartitionUsed(ILogger logger, string partition, string table, long count);

    [LoggerMessage(16, LogLevel.Error, "The maintenance of {What} failed; it is done again at the next interval.")]
    public static partial void MaintenanceFailed(ILogger logger, Exception exception, string what);

    [LoggerMessage(17, LogLevel.Warning, "The claim {Claim} went to another instance, so this one stopped its work. Was it frozen for minutes?")]
    public static partial void ClaimLost(ILogger logger, string claim);

    [LoggerMessage(18, LogLevel.Information, "Table {Table} turned to generation {Generation} of its keys.")]
    public static partial void GenerationTurned(ILogger logger, string table, int generation);

    [LoggerMessage(19, LogLevel.Information, "The turn of table {Table} to its next generation waits for {Count} open transactions; the next run goes on with it.")]
    public static partial void TurnPostponed(ILogger logger, string table, int count);

    [LoggerMessage(20, LogLevel.Error, "LISTEN was accepted, but notifications do not arrive, as behind a transaction pooler. Subscribers read the state every {Seconds} s instead. Set PostgresOptions.SessionConnectionString to an address of the database that passes the pooler by.")]
    public static partial void ListenerDeaf(ILogger logger, double seconds, Exception reason);

    [LoggerMessage(21, LogLevel.Warning, "The connection that listens for notifications is lost and will be replaced; subscribers then read the state.")]
    public static partial void ListenerLost(ILogger logger, Exception reason);

    [LoggerMessage(22, LogLevel.Information, "Notifications arrive again.")]
    public static partial void ListenerRestored(ILogger logger);

    [LoggerMessage(23, LogLevel.Error, "A handler of notifications on channel {Channel} failed. It gets the next one, and a resync soon.")]
    public static partial void NotificationHandlerFailed(ILogger logger, string channel, Exception reason);

    [LoggerMessage(24, LogLevel.Warning, "{Capacity} notifications waited for a handler on channel {Channel}; a resync takes their place.")]
    public static partial void NotificationsOverflowed(ILogger logger, string channel, int capacity);

    [LoggerMessage(25, LogLevel.Error, "{Count} notifications that were to be sent soon are lost.")]
    public static partial void NotificationsLost(ILogger logger, int count, Exception reason);
}
