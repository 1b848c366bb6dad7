using Tenancy.Tests.RlsSession;

namespace Tenancy.Tests.AuditLog.Reads;

public sealed class PooledSealedScopeTests(PostgresDatabase database, TenantPooler pooler)
    : SealedScopeTests(() => pooler.To(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<TenantPooler>;
