namespace Kernel.Tests.Postgres;

public sealed class PooledGroupOutcomeTests(PostgresDatabase database, PgBouncer pooler)
    : GroupOutcomeTests(database, () => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
