namespace Kernel.Tests.Postgres;

public sealed class PooledGroupCancellationTests(PostgresDatabase database, PgBouncer pooler)
    : GroupCancellationTests(database, () => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
