using System.Diagnostics;

namespace Kernel.Tests.Postgres;

/// <summary>The invariant under random schedules: of all claims of one key within RememberFor, at most one committed as new. PATTERNS_LONG=1 runs thousands.</summary>
public abstract class RememberedKeysScheduleTests(Func<string> connectionString, int sessions, int instances)
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1";
    private static readonly int Schedules = Long ? 2500 : 250;
    private static readonly TimeSpan Slice = Long ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("Postgres", 16)]
    public async Task At_most_one_claim_of_a_key_within_RememberFor_is_new()
    {
        var seed = Random.Shared.Next();
        var time = new FakeTime();
        await using var one = await KeyTable.NewAsync(connectionString(), "schedules", time);
        await using var other = await KeyTable.NewAsync(connectionString(), "schedules", time);
        Application[] maintainers = [.. new[] { one, other }.Take(instances)];
        var started = Stopwatch.GetTimestamp();
        var claims = 0;
        var schedules = 0;
        for (; schedules < Schedules && Stopwatch.GetElapsedTime(started) < Slice; schedules++)
        {
            await using var schedule = new KeySchedule(maintainers, time, seed + schedules, firstKey: schedules * 10, sessions);
            try
            {
                await schedule.RunAsync();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"The schedule of seed {seed + schedules} failed.", e);
            }

            foreach (var key in schedule.New.GroupBy(c => c.Key))
            {
                var times = key.Select(c => c.At).Order().ToList();
                claims += times.Count;
                times.Zip(times.Skip(1)).Should().NotContain(pair => pair.Second - pair.First < KeyTable.RememberFor, "seed {0}", seed + schedules);
            }
        }

        await one.AdvanceAsync(TimeSpan.FromHours(1));
        await one.Keys.MaintainAsync(Ct);
        await one.AdvanceAsync(TimeSpan.FromHours(1));
        await one.Keys.MaintainAsync(Ct);
        var generation = await one.GenerationAsync();
        (await one.GenerationTablesAsync()).Should().HaveCountLessThan(4, "nothing of what the schedules left lies about");
        claims.Should().BeGreaterThan(schedules / 2, "a schedule has about three claims that are new");
        generation.Should().BeGreaterThan(schedules / 2, "most schedules turn");
        TestContext.Current.SendDiagnosticMessage($"{schedules} schedules, {claims} new keys, {generation} generations, first seed {seed}");
    }
}
