namespace Kernel.Tests.Postgres;

public sealed class DirectNotificationTests(PostgresDatabase database) : NotificationTests(() => database.ConnectionString, () => null), IClassFixture<PostgresDatabase>;
