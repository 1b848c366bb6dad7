namespace Kernel.Tests.Postgres;

public sealed class DirectGroupModelTests(PostgresDatabase database) : GroupModelTests(database), IClassFixture<PostgresDatabase>;
