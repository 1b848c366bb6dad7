namespace Kernel.Tests.Postgres;

public sealed class DirectPartitionMaintenanceTests(PostgresDatabase database) : PartitionMaintenanceTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
