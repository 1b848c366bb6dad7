namespace Kernel.Tests.Postgres;

public sealed class PooledSchemaTests(PostgresDatabase database, PgBouncer pooler)
    : SchemaTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
