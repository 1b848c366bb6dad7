namespace Api.Tests.WebhookDedup;

public sealed class PooledDrainTests(PostgresDatabase database, PgBouncer pooler) : DrainTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
