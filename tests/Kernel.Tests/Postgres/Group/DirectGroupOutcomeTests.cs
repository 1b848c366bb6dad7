namespace Kernel.Tests.Postgres;

public sealed class DirectGroupOutcomeTests(PostgresDatabase database) : GroupOutcomeTests(database), IClassFixture<PostgresDatabase>;
