namespace Kernel.Tests.Postgres;

public sealed class DirectGroupOrderTests(PostgresDatabase database) : GroupOrderTests(database), IClassFixture<PostgresDatabase>;
