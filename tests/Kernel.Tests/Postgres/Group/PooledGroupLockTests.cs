namespace Kernel.Tests.Postgres;

public sealed class PooledGroupLockTests(PostgresDatabase database, PgBouncer pooler)
    : GroupLockTests(database, () => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
