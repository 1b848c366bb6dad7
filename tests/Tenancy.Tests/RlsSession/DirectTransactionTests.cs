namespace Tenancy.Tests.RlsSession;

public sealed class DirectTransactionTests(PostgresDatabase database) : TransactionTests(() => new(database.ConnectionString)), IClassFixture<PostgresDatabase>;
