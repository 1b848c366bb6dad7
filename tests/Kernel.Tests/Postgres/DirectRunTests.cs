namespace Kernel.Tests.Postgres;

public sealed class DirectRunTests(PostgresDatabase database) : RunTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
