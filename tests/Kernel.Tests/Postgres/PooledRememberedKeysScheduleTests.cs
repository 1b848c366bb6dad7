namespace Kernel.Tests.Postgres;

// Of the pooler's four connections two are the claims', one is held by a detachment that waits for them, and the last lets the schedule go on.
public sealed class PooledRememberedKeysScheduleTests(PostgresDatabase database, PgBouncer pooler)
    : RememberedKeysScheduleTests(() => pooler.Through(database.ConnectionString), sessions: 2, instances: 1), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
