namespace Kernel.Tests.Postgres;

public sealed class DirectJoinTests(PostgresDatabase database) : JoinTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
