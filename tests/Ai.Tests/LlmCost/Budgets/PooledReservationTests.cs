namespace Ai.Tests.LlmCost;

public sealed class PooledReservationTests(PostgresDatabase database, PgBouncer pooler) : ReservationTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
