using Npgsql;

namespace Kernel.Tests.DevServers;

public sealed class DatabaseTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_test_class_has_a_database_of_its_own()
    {
        await using var command = database.DataSource.CreateCommand("SELECT current_database()");
        (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)).Should().Be(new NpgsqlConnectionStringBuilder(database.ConnectionString).Database);
    }
}
