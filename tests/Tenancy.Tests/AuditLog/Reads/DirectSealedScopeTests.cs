namespace Tenancy.Tests.AuditLog.Reads;

public sealed class DirectSealedScopeTests(PostgresDatabase database) : SealedScopeTests(() => new(database.ConnectionString)), IClassFixture<PostgresDatabase>;
