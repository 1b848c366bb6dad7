namespace Kernel.Tests.Postgres;

public sealed class PooledPartitionMaintenanceTests(PostgresDatabase database, PgBouncer pooler)
    : PartitionMaintenanceTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
