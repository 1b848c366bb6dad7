namespace SaasApp.Tests;

public sealed class DemoTests
{
    private static readonly Scenario Genuine = Scenario.All.First(scenario => scenario.Effects == 1);
    private static readonly Scenario Forged = Scenario.All.First(scenario => scenario.Effects == 0);

    [Fact]
    public async Task The_demonstration_tells_of_every_scenario_and_succeeds()
    {
        await using var demo = AppProcess.Run(environment: null, "--demo");

        var exitCode = await demo.EndAsync();

        exitCode.Should().Be(0, demo.Output);
        foreach (var scenario in Scenario.All) demo.Output.Should().MatchRegex($@"(?m)^ *{scenario.Title} +\d+ +{scenario.Effects}   ");
        demo.Output.Should().Contain("no answer, 200 new").And.Contain("no answer, 200 duplicate").And.Contain("400 refused").And.Contain("200 stored, 200 duplicate");
        demo.Output.Should().Contain("no tenant is set on this transaction").And.Contain("is not sealed").And.Contain("200 stored, 200 new, 200 duplicate, 200 duplicate: 1000 credits")
            .And.Contain("50 went back, 1350 of 1500 are left").And.MatchRegex(@"Written by two models +claude-opus-4-5, then gpt-5: 0\.\d+ USD, \d+ credits").And.MatchRegex(@"The seven invariants +hold").And.MatchRegex(@"Edited by a superuser +Altered: tenant acme, number \d+");
        demo.Output.Should().Contain("23 deliveries of 7 genuine events and 2 forged or stale ones: 7 effects.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_genuine_event_without_exactly_one_effect_fails_it(int effects) =>
        Verdict(effects, Report(Genuine, effects)).Should().Match<DemoVerdict>(verdict => verdict.ExitCode == 1 && verdict.Text.Contains($"{Genuine.Title} had {effects} effects instead of 1"));

    [Fact]
    public void A_forged_event_with_an_effect_fails_it() => Verdict(1, Report(Forged, effects: 1)).ExitCode.Should().Be(1);

    [Fact]
    public void An_effect_under_another_event_fails_it() => Verdict(2, Report(Genuine, effects: 1), Report(Forged, effects: 0)).ExitCode.Should().Be(1);

    [Fact]
    public void Two_wrongs_do_not_make_it_right() => Verdict(1, Report(Genuine, effects: 0), Report(Forged, effects: 1)).ExitCode.Should().Be(1);

    [Fact]
    public void A_demonstration_of_nothing_fails() => Verdict(0).ExitCode.Should().Be(1);

    [Fact]
    public void Right_effects_succeed() => Verdict(1, Report(Genuine, effects: 1), Report(Forged, effects: 0)).ExitCode.Should().Be(0);

    private static DemoVerdict Verdict(int payments, params ScenarioReport[] reports) => new(reports, payments);

    private static ScenarioReport Report(Scenario scenario, int effects) => new(scenario, "evt_1", [], effects);
}
