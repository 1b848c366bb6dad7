namespace Api.Tests.WebhookDedup;

public sealed class DirectDrainTests(PostgresDatabase database) : DrainTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
