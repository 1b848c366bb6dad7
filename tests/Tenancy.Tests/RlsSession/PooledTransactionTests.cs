namespace Tenancy.Tests.RlsSession;

public sealed class PooledTransactionTests(PostgresDatabase database, TenantPooler pooler)
    : TransactionTests(() => pooler.To(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<TenantPooler>;
