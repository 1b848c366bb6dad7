using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>The connection is cut before the server has seen a batch, or after it has answered and before the caller hears of it.</summary>
public sealed class GroupRerunTests(PostgresDatabase database) : GroupTests(database), IClassFixture<PostgresDatabase>
{
    private const string Mark = "cut here";

    private static readonly Entry Marked = new(1) { Key = Mark };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Guarantee("Postgres", 13)]
    public async Task A_statement_that_does_not_recognise_itself_is_not_repeated(bool applied)
    {
        await using var proxy = PostgresProxy.Start(ConnectionString);
        await using var application = new Application(proxy.ConnectionString);
        var group = Group(postgres: application.Postgres);
        await group.RunAsync(new(0), Ct);
        Cut(proxy, applied);

        var end = await EndAsync(group.RunAsync(Marked, Ct).AsTask());

        PostgresErrors.OutcomeOf(end.Should().BeOfType<OutcomeUnknownException>().Which).Should().Be(WriteOutcome.Unknown);
        (await group.RunAsync(new(2), Ct)).Value.Should().Be(7);
        (await RowsAsync()).Should().Equal(applied ? [0, 1, 2] : [0, 2]);
        Statement.Batches.Should().HaveCount(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_statement_that_recognises_itself_is_repeated_once_and_answers(bool applied)
    {
        await using var proxy = PostgresProxy.Start(ConnectionString);
        await using var application = new Application(proxy.ConnectionString);
        var statement = new EntryStatement(rerunSafe: true);
        var group = Group(statement: statement, postgres: application.Postgres);
        await group.RunAsync(new(0), Ct);
        Cut(proxy, applied);

        (await group.RunAsync(Marked, Ct)).Value.Should().Be(4);

        (await RowsAsync()).Should().Equal(0, 1);
        (proxy.Cuts, statement.Batches.Count).Should().Be((1, 3));
    }

    [Fact]
    public async Task What_is_lost_twice_is_unknown()
    {
        await using var proxy = PostgresProxy.Start(ConnectionString);
        await using var application = new Application(proxy.ConnectionString);
        var statement = new EntryStatement(rerunSafe: true);
        var group = Group(statement: statement, postgres: application.Postgres);
        await group.RunAsync(new(0), Ct);
        statement.Binding = entry => Cut(proxy, applied: true);

        (await EndAsync(group.RunAsync(Marked, Ct).AsTask())).Should().BeOfType<OutcomeUnknownException>();

        statement.Batches.Should().HaveCount(3);
        (await RowsAsync()).Should().Equal(0, 1);
    }

    [Fact]
    public async Task What_is_lost_and_cannot_be_repeated_is_unknown_although_the_second_attempt_was_not_sent()
    {
        var name = new NpgsqlConnectionStringBuilder(ConnectionString).Database;
        await using var other = NpgsqlDataSource.Create(Database.Server.ConnectionString());
        await using var proxy = PostgresProxy.Start(ConnectionString);
        await using var application = new Application(proxy.ConnectionString);
        var group = Group(statement: new EntryStatement(rerunSafe: true), postgres: application.Postgres);
        await group.RunAsync(new(0), Ct);

        // The server has committed, and lets nobody in again.
        proxy.CutAfter(Mark, async () => await AllowConnectionsAsync(false));
        Exception? end;
        try
        {
            end = await EndAsync(group.RunAsync(Marked, Ct).AsTask());
        }
        finally
        {
            await AllowConnectionsAsync(true);
        }

        (await RowsAsync()).Should().Equal(0, 1);
        PostgresErrors.OutcomeOf(end!).Should().Be(WriteOutcome.Unknown);

        async Task AllowConnectionsAsync(bool allow)
        {
            await using var command = other.CreateCommand($"ALTER DATABASE {name} ALLOW_CONNECTIONS {allow}");
            await command.ExecuteNonQueryAsync(Ct);
        }
    }

    // The text is in the values, so that preparing the statement goes through.
    private static void Cut(PostgresProxy proxy, bool applied)
    {
        if (applied)
            proxy.CutAfter(Mark);
        else
            proxy.CutBefore(Mark);
    }
}
