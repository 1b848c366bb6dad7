namespace Kernel.Tests.Postgres;

public sealed class PooledRememberedKeysTests(PostgresDatabase database, PgBouncer pooler)
    : RememberedKeysTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
