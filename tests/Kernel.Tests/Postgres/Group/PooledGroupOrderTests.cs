namespace Kernel.Tests.Postgres;

public sealed class PooledGroupOrderTests(PostgresDatabase database, PgBouncer pooler)
    : GroupOrderTests(database, () => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
