namespace Tenancy.Tests.RlsSession;

public sealed class DirectScopeTests(PostgresDatabase database) : ScopeTests(() => new(database.ConnectionString)), IClassFixture<PostgresDatabase>;
