using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>A request whose own row makes the statement fail, among others.</summary>
public abstract class GroupPoisonTests(PostgresDatabase database, Func<string>? connectionString = null) : GroupTests(database, connectionString)
{
    private static readonly string[] OfARow = ["22012", "P0001", "23505", "21000", "54000", "22P02", "23514", "23503"];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(7, 2)]
    [InlineData(16, 16)]
    [InlineData(64, 5)]
    [InlineData(256, 1)]
    [InlineData(512, 3)]
    [Guarantee("Postgres", 11)]
    public async Task Only_bad_requests_fail_and_finding_them_costs_no_more_than_halving(int size, int bad)
    {
        var random = new Random((size * 31) + bad);
        var entries = Entry.Range(1, size);
        foreach (var place in Enumerable.Range(0, size).OrderBy(_ => random.Next()).Take(bad).Index())
            entries[place.Item] = entries[place.Item] with { Fault = OfARow[place.Index % OfARow.Length] };

        var calls = await TogetherAsync(Group(), entries);
        var ends = await EndsAsync(calls);

        ends.Select(end => (end as PostgresException)?.SqlState ?? "").Should().Equal(entries.Select(entry => entry.Fault));
        var good = entries.Where(entry => entry.Fault == "").ToArray();
        ShouldAnswer(good, await Task.WhenAll(good.Select(entry => calls[entry.Id - 1])));
        (await RowsAsync()).Should().Equal([0, .. good.Select(entry => entry.Id)]);
        var statements = await StatementsAsync() - 1;
        statements.Should().BeLessThanOrEqualTo(Math.Min(2 * bad * ((int)Math.Ceiling(Math.Log2(size)) + 1), 2 * size));
    }

    [Fact]
    [Guarantee("Postgres", 11)]
    public async Task A_bad_request_gets_the_exception_that_it_would_get_alone()
    {
        var group = Group();
        await group.RunAsync(new(7), Ct);
        var alone = (PostgresException)(await EndAsync(group.RunAsync(new(7), Ct).AsTask()))!;

        var among = (PostgresException)(await EndsAsync(await TogetherAsync(group, Entry.Range(4, 9))))[3]!;

        (among.SqlState, among.MessageText, among.Detail, among.ConstraintName, among.TableName, among.Routine)
            .Should().Be((alone.SqlState, alone.MessageText, alone.Detail, alone.ConstraintName, alone.TableName, alone.Routine));
        among.ConstraintName.Should().Be("entries_pkey");
        PostgresErrors.OutcomeOf(among).Should().Be(WriteOutcome.NotApplied);
    }

    [Theory]
    [InlineData(typeof(FormatException))]
    [InlineData(typeof(ObjectDisposedException))]
    [InlineData(typeof(TimeoutException))]
    [InlineData(typeof(OperationCanceledException))]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(NpgsqlException))]
    public async Task A_request_that_cannot_be_bound_fails_alone_with_what_its_statement_threw(Type thrown)
    {
        Statement.Binding = entry =>
        {
            if (entry.Id is 5 or 11)
                throw (Exception)Activator.CreateInstance(thrown, $"entry {entry.Id}")!;
        };
        var entries = Entry.Range(1, 16);

        var calls = await TogetherAsync(Group(), entries);

        foreach (var (entry, call) in entries.Zip(calls))
        {
            if (entry.Id is 5 or 11)
                (await EndAsync(call)).Should().BeOfType(thrown).And.Match<Exception>(end => end.Message.Contains($"entry {entry.Id}"));
            else
                (await call).Value.Should().Be(entry.Answer);
        }

        (await RowsAsync()).Should().HaveCount(15);
    }

    [Fact]
    public async Task A_value_that_the_driver_refuses_fails_alone()
    {
        var entries = Entry.Range(1, 16);
        entries[8] = entries[8] with { At = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local) };
        entries[12] = entries[12] with { Key = "no\0zero" };

        var calls = await TogetherAsync(Group(), entries);
        var ends = await EndsAsync(calls);

        ends.Index().Where(end => end.Item is not null).Select(end => end.Index).Should().Equal(8, 12);
        ends[8].Should().BeOfType<ArgumentException>().Which.Message.Should().Contain("Kind=Local");
        ends[12].Should().BeOfType<PostgresException>().Which.SqlState.Should().Be("22021");
        (await RowsAsync()).Should().HaveCount(15);
    }

    [Theory]
    [InlineData("40P01")]
    [InlineData("40001")]
    public async Task A_batch_that_collides_is_sent_again_whole(string fault)
    {
        var entries = Entry.Range(1, 8);
        entries[3] = entries[3] with { Fault = fault + "*3" };

        ShouldAnswer(entries, await Task.WhenAll(await TogetherAsync(Group(), entries)));

        Statement.Batches.Select(batch => batch.Length).Should().Equal(1, 8, 8, 8, 8);
    }

    [Theory]
    [InlineData("40P01")]
    [InlineData("40001")]
    public async Task A_request_that_collides_every_time_fails_alone(string fault)
    {
        var entries = Entry.Range(1, 8);
        entries[3] = entries[3] with { Fault = fault };

        var ends = await EndsAsync(await TogetherAsync(Group(), entries));

        ends.Index().Where(end => end.Item is not null).Select(end => end.Index).Should().Equal(3);
        ends[3].Should().BeOfType<PostgresException>().Which.SqlState.Should().Be(fault);
        Statement.Batches.Where(batch => batch.Contains(4)).Select(batch => batch.Length).Should().Equal(8, 8, 8, 8, 4, 4, 4, 4, 2, 2, 2, 2, 1, 1, 1, 1);
        (await RowsAsync()).Should().HaveCount(8);
    }
}
