namespace Tenancy.Tests.AuditLog;

public sealed class PooledSealTests(PostgresDatabase database, PgBouncer pooler)
    : SealTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
