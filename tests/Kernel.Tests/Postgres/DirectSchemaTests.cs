namespace Kernel.Tests.Postgres;

public sealed class DirectSchemaTests(PostgresDatabase database) : SchemaTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
