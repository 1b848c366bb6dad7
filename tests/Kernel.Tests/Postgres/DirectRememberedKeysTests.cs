namespace Kernel.Tests.Postgres;

public sealed class DirectRememberedKeysTests(PostgresDatabase database) : RememberedKeysTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
