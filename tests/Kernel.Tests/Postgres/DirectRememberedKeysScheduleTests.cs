namespace Kernel.Tests.Postgres;

public sealed class DirectRememberedKeysScheduleTests(PostgresDatabase database) : RememberedKeysScheduleTests(() => database.ConnectionString, sessions: 4, instances: 2), IClassFixture<PostgresDatabase>;
