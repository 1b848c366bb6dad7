namespace Ai.Tests.LlmCost;

/// <summary>The same behind PgBouncer in transaction mode.</summary>
public sealed class PooledRecordTests(PostgresDatabase database, PgBouncer bouncer) : RecordTests(() => bouncer.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
