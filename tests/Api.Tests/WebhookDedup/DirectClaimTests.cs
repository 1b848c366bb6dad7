namespace Api.Tests.WebhookDedup;

public sealed class DirectClaimTests(PostgresDatabase database) : ClaimTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
