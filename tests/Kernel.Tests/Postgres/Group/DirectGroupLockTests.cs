using Npgsql;

namespace Kernel.Tests.Postgres;

public sealed class DirectGroupLockTests(PostgresDatabase database) : GroupLockTests(database), IClassFixture<PostgresDatabase>
{
    // Not through the pooler, whose four connections the blocked requests would take for themselves.
    [Fact]
    public async Task Whose_row_stays_locked_fails_alone_even_among_many()
    {
        var group = ShortWait(o => o.CommandTimeout = TimeSpan.FromSeconds(1));
        var entries = Entry.Range(1, 14);
        int[] locked = [.. Enumerable.Range(1, 9), 12];
        await using var held = await LockAsync(locked);

        var ends = await EndsAsync(await TogetherAsync(group, entries));

        ends.Select(end => (end as PostgresException)?.SqlState).Should().Equal(entries.Select(entry => locked.Contains(entry.Id) ? "55P03" : null));
        await held.ReleaseAsync();
        (await RowsAsync()).Should().BeEquivalentTo([0, 10, 11, 13, 14]);
    }
}
