namespace Kernel.Tests.Postgres;

public sealed class PooledNotificationTests(PostgresDatabase database, PgBouncer pooler)
    : NotificationTests(() => pooler.Through(database.ConnectionString), () => database.ConnectionString), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
