namespace Kernel.Tests.Postgres;

public sealed class PooledRunTests(PostgresDatabase database, PgBouncer pooler)
    : RunTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
