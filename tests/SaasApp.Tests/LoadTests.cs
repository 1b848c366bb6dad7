namespace SaasApp.Tests;

public sealed class LoadTests
{
    [Fact]
    public async Task A_short_load_prints_its_comparison_and_every_answered_event_is_stored()
    {
        await using var load = AppProcess.Run(environment: null, "--load", "1");

        var exitCode = await load.EndAsync();

        exitCode.Should().Be(0, load.Output);
        load.Output.Should().MatchRegex(@"(?m)^256 callers receive .*, 1 s for each way in 5 alternating rounds, on a pool of 100 connections\.$");
        load.Output.Should().MatchRegex(@"(?m)^  +events/s +p50 +p99$");
        foreach (var subject in (string[])["one INSERT per event", "ReceiveAsync"])
        {
            load.Output.Should().MatchRegex($@"(?m)^  {subject} +[\d,]+ +[\d,.]+ ms +[\d,.]+ ms$");
            load.Output.Should().MatchRegex($@"(?m)^{subject}: ([\d,]+) events were answered \(warm-up included\), \1 are stored\.$");
        }

        load.Output.Should().MatchRegex(@"(?m)^  ratio( +[\d.]+x){3}$");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("601")]
    [InlineData("long")]
    public async Task A_time_that_makes_no_sense_is_refused_with_its_limits(string time)
    {
        await using var load = AppProcess.Run(environment: null, "--load", time);

        (await load.EndAsync()).Should().NotBe(0);
        load.Output.Should().Contain($"--load {time}: it takes a number of seconds, 1 to 600.");
    }
}
