namespace Kernel.Tests.Postgres;

public sealed class DirectGroupPoisonTests(PostgresDatabase database) : GroupPoisonTests(database), IClassFixture<PostgresDatabase>;
