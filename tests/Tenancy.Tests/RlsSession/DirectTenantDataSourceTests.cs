namespace Tenancy.Tests.RlsSession;

public sealed class DirectTenantDataSourceTests(PostgresDatabase database) : TenantDataSourceTests(() => new(database.ConnectionString)), IClassFixture<PostgresDatabase>;
