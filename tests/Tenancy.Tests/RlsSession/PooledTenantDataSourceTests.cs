namespace Tenancy.Tests.RlsSession;

public sealed class PooledTenantDataSourceTests(PostgresDatabase database, TenantPooler pooler)
    : TenantDataSourceTests(() => pooler.To(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<TenantPooler>;
