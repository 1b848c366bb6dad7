namespace Kernel.Tests.Postgres;

public sealed class DirectGroupAnswerTests(PostgresDatabase database) : GroupAnswerTests(database), IClassFixture<PostgresDatabase>;
