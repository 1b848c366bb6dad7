namespace Kernel.Tests.Postgres;

public sealed class PooledJoinTests(PostgresDatabase database, PgBouncer pooler)
    : JoinTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
