namespace Tenancy.Tests.AuditLog;

public sealed class DirectSealTests(PostgresDatabase database) : SealTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
