namespace Api.Tests.WebhookDedup;

public sealed class PooledClaimTests(PostgresDatabase database, PgBouncer pooler) : ClaimTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
