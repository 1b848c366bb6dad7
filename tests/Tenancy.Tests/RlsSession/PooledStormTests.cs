namespace Tenancy.Tests.RlsSession;

public sealed class PooledStormTests(PostgresDatabase database, TenantPooler pooler)
    : StormTests(() => pooler.To(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<TenantPooler>;
