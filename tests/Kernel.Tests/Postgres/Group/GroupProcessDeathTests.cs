using System.Globalization;

namespace Kernel.Tests.Postgres;

/// <summary>The process that asks is killed.</summary>
public sealed class GroupProcessDeathTests(PostgresDatabase database) : GroupTests(database), IClassFixture<PostgresDatabase>
{
    [Fact]
    [Guarantee("Postgres", 13)]
    public async Task Whatever_a_killed_process_was_answered_is_there()
    {
        await ExecuteAsync("CREATE TABLE tokens (token bigint PRIMARY KEY)");
        await using var child = ChildProcess.Start("CommitInGroup", ConnectionString);
        var acknowledged = new List<long>();
        while (acknowledged.Count < 1_000)
            acknowledged.Add(long.Parse(await child.ReadLineAsync(Ct), CultureInfo.InvariantCulture));

        await child.KillAsync();

        // The last line may have been cut by the kill; every line has as many digits.
        await foreach (var line in child.ReadLinesAsync(Ct))
        {
            if (line.Length == 19)
                acknowledged.Add(long.Parse(line, CultureInfo.InvariantCulture));
        }

        var rows = await ScalarAsync<long[]>("SELECT array_agg(token) FROM tokens");
        acknowledged.Except(rows).Should().BeEmpty();
        rows.Length.Should().BeGreaterThanOrEqualTo(1_000);
    }
}
