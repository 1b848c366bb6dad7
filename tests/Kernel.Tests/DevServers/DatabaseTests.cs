using Npgsql;
using Patterns.DevServers;

namespace Kernel.Tests.Servers;

public sealed class DatabaseTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_class_has_a_database_of_its_own()
    {
        var own = (await ScalarAsync(database.ConnectionString, "SELECT current_database()")).Should().BeOfType<string>().Which;

        own.Should().MatchRegex("^t_[0-9a-f]{32}$");
        await using var other = await database.NewAsync();
        other.Name.Should().NotBe(own);
    }

    [Fact]
    [Guarantee("DevServers", 6)]
    public async Task A_template_is_built_once_however_many_ask_for_it_and_every_copy_has_its_content()
    {
        var built = 0;
        var templates = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => database.Server.TemplateAsync("counted", FillAsync, Token)));
        templates.Should().AllBe(templates[0]);
        built.Should().Be(1);

        var copies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => database.NewAsync(templates[0])));

        copies.Select(copy => copy.Name).Should().OnlyHaveUniqueItems();
        foreach (var copy in copies)
        {
            await ScalarAsync(copy.ConnectionString, "INSERT INTO filled VALUES (2)");
            (await ScalarAsync(copy.ConnectionString, "SELECT sum(n) FROM filled")).Should().Be(3L);
            await copy.DisposeAsync();
        }

        async Task FillAsync(string connectionString, CancellationToken ct)
        {
            Interlocked.Increment(ref built);
            await ScalarAsync(connectionString, "CREATE TABLE filled (n int); INSERT INTO filled VALUES (1)"); // leaves its connection in the pool
        }
    }

    [Fact]
    public async Task A_template_that_could_not_be_built_is_built_by_the_next_caller_and_leaves_no_database()
    {
        string? failed = null;
        var fails = () => database.Server.TemplateAsync(
            "failing",
            (connectionString, _) =>
            {
                failed = new NpgsqlConnectionStringBuilder(connectionString).Database;
                throw new InvalidDataException("the script is wrong");
            },
            Token);
        await fails.Should().ThrowAsync<InvalidDataException>();
        (await CountAsync(failed!)).Should().Be(0);

        (await database.Server.TemplateAsync("failing", (_, _) => Task.CompletedTask, Token)).Should().MatchRegex("^t_");
    }

    [Fact]
    public async Task When_the_caller_that_builds_a_template_gives_up_another_one_builds_it()
    {
        using var cancel = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var first = database.Server.TemplateAsync("given up", async (_, ct) =>
        {
            begun.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(ct); // for ever
        }, cancel.Token);
        await begun.Task;
        var second = database.Server.TemplateAsync("given up", (_, _) => Task.CompletedTask, Token);

        await cancel.CancelAsync();

        await first.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        (await second).Should().MatchRegex("^t_");
    }

    [Fact]
    public async Task A_template_cannot_be_connected_to()
    {
        var template = await database.Server.TemplateAsync("closed", (_, _) => Task.CompletedTask, Token);
        await using var connection = new NpgsqlConnection(database.Server.ConnectionString(template));

        (await connection.Awaiting(c => c.OpenAsync(Token)).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.ObjectNotInPrerequisiteState);
    }

    [Fact]
    public async Task A_database_that_somebody_is_connected_to_is_copied_after_ending_the_connections()
    {
        await using var original = await database.NewAsync();
        await using var source = NpgsqlDataSource.Create(original.ConnectionString);
        await using var open = await source.OpenConnectionAsync(Token);
        await using (var command = new NpgsqlCommand("CREATE TABLE filled AS SELECT 5 AS n", open)) await command.ExecuteNonQueryAsync(Token);

        await using var copy = await database.NewAsync(original.Name);

        (await ScalarAsync(copy.ConnectionString, "SELECT n FROM filled")).Should().Be(5);
        await using var next = new NpgsqlCommand("SELECT 1", open);
        await next.Awaiting(c => c.ExecuteScalarAsync(Token)).Should().ThrowAsync<NpgsqlException>();
    }

    [Fact]
    public async Task Disposing_drops_a_database_whoever_is_connected_and_twice_is_once()
    {
        var dropped = await database.NewAsync();
        await using var source = NpgsqlDataSource.Create(dropped.ConnectionString);
        await using var open = await source.OpenConnectionAsync(Token);

        await dropped.DisposeAsync();
        await dropped.DisposeAsync();

        (await CountAsync(dropped.Name)).Should().Be(0);
    }

    [Fact]
    [Guarantee("DevServers", 6)]
    public async Task A_copy_is_made_before_it_is_asked_for()
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Shared = false }, Token);
        var template = await server.TemplateAsync("ahead", (_, _) => Task.CompletedTask, Token);
        string? ahead = null;
        await Eventually.HoldsAsync("a database was made ahead", async () =>
            (ahead = (string?)await ScalarAsync(server.ConnectionString(), "SELECT datname FROM pg_database WHERE datname LIKE 't\\_%' AND datname <> $1", template)) is not null);

        await using var taken = await server.CreateDatabaseAsync(template, Token);

        taken.Name.Should().Be(ahead);
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql, params string[] parameters)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return await command.ExecuteScalarAsync(Token);
    }

    private async Task<long> CountAsync(string name) => (long)(await ScalarAsync(database.ConnectionString, "SELECT count(*) FROM pg_database WHERE datname = $1", name))!;
}
