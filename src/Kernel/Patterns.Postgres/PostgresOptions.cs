namespace Patterns.Postgres;

/// <summary>How the family uses PostgreSQL.</summary>
public sealed class PostgresOptions
{
    /// <summary>Where the database is, in Npgsql's form. Used only when the service container holds no <c>NpgsqlDataSource</c>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// A second connection string that only schema scripts use, so that the application's own role needs no right to change the schema. Default:
    /// scripts run as the application does.
    /// </summary>
    public string? MigrationConnectionString { get; set; }

    /// <summary>
    /// A connection string that reaches the same database past any transaction pooler: only the one connection that listens for notifications uses it, and
    /// behind a pooler it must be set for them to arrive. Default: as the application connects.
    /// </summary>
    public string? SessionConnectionString { get; set; }

    /// <summary>The schema of the family's tables: <c>^[a-z_][a-z0-9_]{0,62}$</c> and not <c>pg_*</c>. Two schemas in one database are independent. Default: <c>patterns</c>.</summary>
    public string Schema { get; set; } = "patterns";

    /// <summary>Whether hot statements are prepared. Default: <see cref="PrepareMode.Auto"/>.</summary>
    public PrepareMode Prepare { get; set; } = PrepareMode.Auto;

    /// <summary>What happens to the tables at start. Default: <see cref="SchemaMode.Apply"/>.</summary>
    public SchemaMode SchemaMode { get; set; } = SchemaMode.Apply;

    /// <summary>How long an instance waits at start for another one that is applying scripts. More than 0; default: 60 s.</summary>
    public TimeSpan SchemaLockWait { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether a transaction whose connection is lost during <c>COMMIT</c> asks the server, on a new connection, what became of it. Costs one more
    /// round trip for every transaction. Without it such a loss throws <see cref="OutcomeUnknownException"/>. Default: off.
    /// </summary>
    public bool VerifyCommit { get; set; }

    /// <summary>How long a transaction may be tried again, from its first attempt. 0 turns retries off; default: 10 s.</summary>
    public TimeSpan RetryBudget { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often this instance looks after time partitions and remembered keys, give or take a tenth; the first time is when the host has started, and the partitions of
    /// now are there before that, unless <see cref="SchemaMode"/> is Off. More than 0, at most an hour; <see cref="Timeout.InfiniteTimeSpan"/> for never, when something
    /// else calls <see cref="ITimePartitions.MaintainAsync"/> and <see cref="IRememberedKeys.MaintainAsync"/>. Default: 5 minutes.
    /// </summary>
    public TimeSpan MaintenanceInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a subscriber of <see cref="INotifications"/> reads the state although nothing was missed; up to a tenth less, at random. 1 second to 1 day; default: 5 minutes.</summary>
    public TimeSpan ResyncInterval { get; set; } = TimeSpan.FromMinutes(5);
}
