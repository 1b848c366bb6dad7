namespace Ai.Tests.LlmCost;

public sealed class DirectReservationTests(PostgresDatabase database) : ReservationTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;
