namespace Kernel.Tests.Postgres;

public sealed class PooledGroupModelTests(PostgresDatabase database, PgBouncer pooler)
    : GroupModelTests(database, () => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
