namespace Tenancy.Tests.RlsSession;

public sealed class DirectStormTests(PostgresDatabase database) : StormTests(() => new(database.ConnectionString)), IClassFixture<PostgresDatabase>;
