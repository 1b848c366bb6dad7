namespace Api.Tests.WebhookDedup;

public sealed class PooledReceiveTests(PostgresDatabase database, PgBouncer pooler) : ReceiveTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
