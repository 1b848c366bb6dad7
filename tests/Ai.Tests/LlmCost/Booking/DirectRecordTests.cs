namespace Ai.Tests.LlmCost;

public sealed class DirectRecordTests(PostgresDatabase database) : RecordTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
