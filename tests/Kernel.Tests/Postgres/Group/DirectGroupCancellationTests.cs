namespace Kernel.Tests.Postgres;

public sealed class DirectGroupCancellationTests(PostgresDatabase database) : GroupCancellationTests(database), IClassFixture<PostgresDatabase>;
