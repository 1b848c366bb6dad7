namespace Kernel.Tests.Postgres;

public sealed class PooledGroupAnswerTests(PostgresDatabase database, PgBouncer pooler)
    : GroupAnswerTests(database, () => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
