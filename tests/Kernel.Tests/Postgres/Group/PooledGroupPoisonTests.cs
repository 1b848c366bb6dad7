namespace Kernel.Tests.Postgres;

public sealed class PooledGroupPoisonTests(PostgresDatabase database, PgBouncer pooler)
    : GroupPoisonTests(database, () => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
