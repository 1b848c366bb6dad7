using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>A caller is told what the server has said of the whole transaction, and nothing before that.</summary>
public abstract class GroupOutcomeTests(PostgresDatabase database, Func<string>? connectionString = null) : GroupTests(database, connectionString)
{
    [Fact]
    [Guarantee("Postgres", 10)]
    public async Task A_constraint_that_is_checked_at_the_commit_fails_only_the_request_that_breaks_it()
    {
        await ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS entries_once (id int UNIQUE DEFERRABLE INITIALLY DEFERRED);
            TRUNCATE entries_once;
            INSERT INTO entries_once VALUES (5);
            CREATE OR REPLACE FUNCTION once() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO entries_once VALUES (new.id); RETURN new; END';
            CREATE OR REPLACE TRIGGER once BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION once();
            """);
        try
        {
            var entries = Entry.Range(1, 8);

            var ends = await EndsAsync(await TogetherAsync(Group(), entries));

            // The rows of the whole batch came back, with answers, before the commit failed.
            ends.Index().Where(end => end.Item is not null).Select(end => end.Index).Should().Equal(4);
            ends[4].Should().BeOfType<PostgresException>().Which.ConstraintName.Should().Be("entries_once_id_key");
            (await RowsAsync()).Should().Equal(0, 1, 2, 3, 4, 6, 7, 8);
        }
        finally
        {
            await ExecuteAsync("DROP TRIGGER once ON entries");
        }
    }

    [Theory]
    [InlineData("42P01")]
    [InlineData("25006")]
    [InlineData("53100")]
    [InlineData("57014")]
    [InlineData("XX000")]
    public async Task A_fault_that_is_nobodys_own_fails_everybody_with_one_statement_and_an_exception_each(string fault)
    {
        var entries = Entry.Range(1, 20);
        entries[6] = entries[6] with { Fault = fault };

        var ends = await EndsAsync(await TogetherAsync(Group(), entries));

        ends.Should().AllBeOfType<PostgresException>().And.OnlyHaveUniqueItems();
        ends.Cast<PostgresException>().Should().OnlyContain(end => end.SqlState == fault && end.MessageText == "refused" && PostgresErrors.OutcomeOf(end) == WriteOutcome.NotApplied);
        (await StatementsAsync()).Should().Be(2);
        (await RowsAsync()).Should().Equal(0);
    }

    [Fact]
    public async Task A_table_that_is_missing_fails_everybody_until_it_is_there()
    {
        var group = Group();
        await ExecuteAsync("ALTER TABLE entries RENAME TO elsewhere");
        (await EndsAsync(Call(group, Entry.Range(1, 5)))).Should().AllBeOfType<PostgresException>().And.OnlyHaveUniqueItems();
        await ExecuteAsync("ALTER TABLE elsewhere RENAME TO entries");

        await Task.WhenAll(Call(group, Entry.Range(1, 5)));

        (await RowsAsync()).Should().Equal(1, 2, 3, 4, 5);
    }

    [Fact]
    public async Task Fewer_answers_than_requests_is_a_mistake_of_the_statement_and_every_caller_hears_of_it()
    {
        var statement = new Silent(_ => false);

        var ends = await EndsAsync(await TogetherAsync(Group(statement: statement), Entry.Range(1, 6)));

        ends.Should().AllBeAssignableTo<InvalidOperationException>().And.OnlyHaveUniqueItems();
        ends.Should().OnlyContain(end => end!.Message.Contains("'silent'") && end.Message.Contains("fewer") && end.Message.Contains("committed"));
        (await RowsAsync()).Should().HaveCount(7);
        Statement.Batches.Should().BeEmpty();
        statement.Batches.Should().HaveCount(2);
    }

    [Fact]
    public async Task Answers_that_cannot_be_read_are_a_mistake_of_the_statement_and_every_caller_hears_of_it()
    {
        var statement = new Silent(_ => throw new FormatException("unreadable"));

        var ends = await EndsAsync(await TogetherAsync(Group(statement: statement), Entry.Range(1, 6)));

        ends.Should().AllBeAssignableTo<InvalidOperationException>().And.OnlyHaveUniqueItems();
        ends.Should().OnlyContain(end => end!.Message.Contains("'silent'") && end.Message.Contains("unreadable") && end.Message.Contains("committed"));
        (await RowsAsync()).Should().HaveCount(7);
    }

    /// <summary>Answers request 0, and of the others those that it is told to.</summary>
    private sealed class Silent(Func<int, bool> answers) : EntryStatement("silent")
    {
        public override void Read(NpgsqlDataReader row, ReadOnlySpan<Entry> batch, GroupAnswers<Answer> results)
        {
            ArgumentNullException.ThrowIfNull(row);
            if (batch[0].Id == 0 || answers(row.GetInt32(0)))
                base.Read(row, batch, results);
        }
    }
}
