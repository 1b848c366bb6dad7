namespace Tenancy.Tests.RlsSession;

public sealed class PooledScopeTests(PostgresDatabase database, TenantPooler pooler)
    : ScopeTests(() => pooler.To(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<TenantPooler>;
