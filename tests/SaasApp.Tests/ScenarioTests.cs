using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace SaasApp.Tests;

/// <summary>What the page's buttons call.</summary>
public sealed class ScenarioTests(RunningApp app)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("once", "200 new")]
    [InlineData("flipped-bit", "400 refused")]
    [InlineData("five-minutes-late", "400 refused")]
    [InlineData("killed-before-commit", "no answer, 200 new")]
    [InlineData("killed-after-commit", "no answer, 200 duplicate")]
    [InlineData("changed-in-between", "200 new, 200 duplicate")]
    [InlineData("stored", "200 stored, 200 duplicate")]
    [InlineData("killed-before-work", "no answer, 200 duplicate")]
    public async Task A_scenario_is_answered(string id, string answers)
    {
        var report = await PlayAsync(id);

        report.GetProperty("summary").GetString().Should().Be(answers);
        (await app.PaymentsAsync(report.GetProperty("eventId").GetString()!)).Should().HaveCount(Scenario.All.Single(scenario => scenario.Id == id).Effects);
    }

    [Fact]
    public async Task Ten_deliveries_at_once_take_effect_once()
    {
        var report = await PlayAsync("ten-at-once");

        var outcomes = report.GetProperty("answers").EnumerateArray().Select(answer => answer.GetProperty("outcome").GetString()!).ToList();
        outcomes.Should().HaveCount(10).And.ContainSingle(outcome => outcome == "new").And.OnlyContain(outcome => outcome == "new" || outcome == "duplicate" || outcome == "in flight");
        (await app.PaymentsAsync(report.GetProperty("eventId").GetString()!)).Should().ContainSingle();
    }

    [Fact]
    public async Task An_unknown_scenario_is_not_found() => (await app.Client.PostAsync("/api/scenarios/none", content: null, Ct)).StatusCode.Should().Be(HttpStatusCode.NotFound);

    private async Task<JsonElement> PlayAsync(string id)
    {
        using var response = await app.Client.PostAsync($"/api/scenarios/{id}", content: null, Ct);
        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
    }
}
