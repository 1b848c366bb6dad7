namespace Tenancy.Tests.AuditLog;

public sealed class PooledAppendTests(PostgresDatabase database, PgBouncer pooler)
    : AppendTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
