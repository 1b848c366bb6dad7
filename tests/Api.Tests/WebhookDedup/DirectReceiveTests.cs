namespace Api.Tests.WebhookDedup;

public sealed class DirectReceiveTests(PostgresDatabase database) : ReceiveTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
