namespace Tenancy.Tests.AuditLog;

public sealed class DirectAppendTests(PostgresDatabase database) : AppendTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
