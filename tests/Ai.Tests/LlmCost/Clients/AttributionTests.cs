using Microsoft.Extensions.AI;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Every call goes on somebody's account.</summary>
public sealed class AttributionTests(CostFixture costs) : IClassFixture<CostFixture>
{
    private static readonly Guid Run = Guid.CreateVersion7();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scopes_nest_and_what_a_scope_leaves_out_is_that_of_the_one_around_it_for_the_same_tenant()
    {
        using (LlmCostScope.Begin("nest", "outer", "usr", Run))
        {
            await AskAsync();
            using (LlmCostScope.Begin("nest", "inner"))
                await AskAsync();
            using (LlmCostScope.Begin("nest-other"))
                await AskAsync();
            await AskAsync();
        }

        LlmCostScope.Current.Should().BeNull();
        (await costs.Host.RowsAsync("nest")).Select(static row => (row.Feature, row.UserId, row.RunId)).Should().BeEquivalentTo([("outer", "usr", Run), ("inner", "usr", Run), ("outer", "usr", (Guid?)Run)]);
        (await costs.Host.RowsAsync("nest-other")).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Feature = "", UserId = (string?)null, RunId = (Guid?)null });
    }

    [Fact]
    public async Task A_scope_flows_into_what_is_started_within_it_and_not_out_of_it()
    {
        async Task BranchAsync(string tenant)
        {
            using var scope = LlmCostScope.Begin(tenant);
            await AskAsync();
            LlmCostScope.Current.Should().BeSameAs(scope);
        }

        await Task.WhenAll(BranchAsync("flow-1"), Task.Run(() => BranchAsync("flow-2"), Ct));
        LlmCostScope.Current.Should().BeNull();
        (await costs.Host.RowsAsync("flow-1")).Should().ContainSingle();
        (await costs.Host.RowsAsync("flow-2")).Should().ContainSingle();
    }

    [Fact]
    public async Task What_the_options_name_goes_before_the_scope_and_takes_nothing_of_another_tenants()
    {
        using (LlmCostScope.Begin("scope", "chat", "usr", Run))
        {
            await AskAsync(("patterns.feature", "search"), ("patterns.user", "usr_2"));
            await AskAsync(("patterns.tenant", "options"), ("patterns.run", Run.ToString()));
        }

        (await costs.Host.RowsAsync("scope")).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Feature = "search", UserId = "usr_2", RunId = Run });
        (await costs.Host.RowsAsync("options")).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Feature = "", UserId = (string?)null, RunId = Run });
    }

    [Fact]
    [Guarantee("LlmCost", 10)]
    public async Task A_call_without_a_tenant_is_booked_as_unattributed_with_a_warning()
    {
        var model = "nobody-" + Guid.CreateVersion7();
        await AskAsync(model);
        (await costs.Host.RowsAsync("unattributed")).Should().ContainSingle(row => row.Model == model);
        costs.Host.Log.Lines.Should().ContainSingle(line => line.StartsWith($"Warning: A call to p model {model} has no tenant; it is booked on 'unattributed'.", StringComparison.Ordinal));
    }

    [Theory]
    [Guarantee("LlmCost", 10)]
    [InlineData("patterns.tenant", "", "patterns.tenant has 0 characters; it must have 1 to 200", true)]
    [InlineData("patterns.tenant", "a\nb", "patterns.tenant holds the control character U+000A", true)]
    [InlineData("patterns.tenant", 7, "patterns.tenant is a Int32; it must be a string", true)]
    [InlineData("patterns.feature", "a\0b", "patterns.feature holds the control character U+0000", false)]
    [InlineData("patterns.user", 7, "patterns.user is a Int32; it must be a string", false)]
    [InlineData("patterns.run", "no-uuid", "patterns.run is no UUID", false)]
    [InlineData("patterns.call_id", "0b9f1c7e-4a9a-4f6e-9a3c-2f4b5c6d7e8f", "patterns.call_id is no UUIDv7", false)]
    [InlineData("patterns.call_id", "01890000-4a9a-7f6e-0a3c-2f4b5c6d7e8f", "patterns.call_id is no UUIDv7", false)]
    [InlineData("patterns.call_id", "01890000-4a9a-7f6e-9a3c-2f4b5c6d7e8f", "patterns.call_id is of another time than the call", false)]
    [InlineData("patterns.attempt", 0, "patterns.attempt is not within 1 to 32767", false)]
    public async Task An_unusable_attribution_never_fails_the_call_nor_loses_it(string key, object value, string why, bool unattributed)
    {
        var model = "odd-" + Guid.CreateVersion7();
        using (LlmCostScope.Begin("odd"))
            await AskAsync(model, (key, value));
        (await costs.Host.RowsAsync(unattributed ? "unattributed" : "odd")).Should().ContainSingle(row => row.Model == model);
        costs.Host.Log.Lines.Should().ContainSingle(line => line.Contains(model, StringComparison.Ordinal) && line.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    [Guarantee("LlmCost", 10)]
    public async Task A_call_whose_attempt_is_unusable_is_not_taken_for_another_attempt_of_its_call()
    {
        var call = Guid.CreateVersion7();
        using var scope = LlmCostScope.Begin("attempts-unusable");
        await AskAsync(("patterns.call_id", call));
        await AskAsync(("patterns.call_id", call), ("patterns.attempt", 2L));

        (await costs.Host.RowsAsync("attempts-unusable")).Should().HaveCount(2).And.ContainSingle(row => row.CallId == call);
    }

    [Fact]
    [Guarantee("LlmCost", 10)]
    public async Task A_user_without_a_name_is_no_user()
    {
        using (LlmCostScope.Begin("nameless", userId: ""))
            await AskAsync();
        using (LlmCostScope.Begin("nameless", userId: "usr"))
            await AskAsync(("patterns.user", ""));

        (await costs.Host.RowsAsync("nameless")).Select(static row => row.UserId).Should().Equal(null, null);
    }

    [Fact]
    [Guarantee("LlmCost", 10)]
    public async Task A_tenant_may_be_required_and_then_the_call_is_refused_before_it_is_made()
    {
        await using var strict = costs.Host.Other(static o => o.RequireTenant = true);
        var inner = new CannedChatClient(new() { InputTokenCount = 1 }, "strict", "text");
        var client = new LlmCostChatClient(inner, strict.Cost, "p");
        await ((Func<Task>)(() => client.GetResponseAsync("hi", cancellationToken: Ct))).Should().ThrowAsync<InvalidOperationException>().WithMessage("The call has no tenant, and LlmCostOptions.RequireTenant is set; it was not made.*");
        ((Func<object>)(() => client.GetStreamingResponseAsync("hi", cancellationToken: Ct))).Should().Throw<InvalidOperationException>("it is refused before the first update is asked for");
        using (LlmCostScope.Begin("strict"))
            await client.GetResponseAsync("hi", cancellationToken: Ct);
        await strict.Cost.FlushAsync(Ct);
        (await costs.Host.RowsAsync("strict")).Should().ContainSingle();
    }

    [Theory]
    [InlineData("", "tenantId has 0 characters; it must have 1 to 200.*")]
    [InlineData("a\u0001", "tenantId holds the control character U+0001 at character 1;*")]
    public void A_scope_of_no_possible_tenant_is_refused(string tenant, string message) =>
        ((Func<object>)(() => LlmCostScope.Begin(tenant))).Should().Throw<ArgumentException>().WithMessage(message);

    // Not InlineData: attributes are stored as UTF-8, which halves of surrogate pairs do not survive.
    [Fact]
    public void A_scope_whose_tenant_is_no_text_is_refused() =>
        ((Func<object>)(() => LlmCostScope.Begin("\ud800"))).Should().Throw<ArgumentException>().WithMessage("tenantId holds half of a surrogate pair at character 0,*");

    [Fact]
    public void A_scope_with_a_text_that_is_too_long_is_refused()
    {
        ((Func<object>)(() => LlmCostScope.Begin(new string('t', 201)))).Should().Throw<ArgumentException>().WithMessage("tenantId has 201 characters; it must have 1 to 200.*");
        ((Func<object>)(() => LlmCostScope.Begin("t", new string('f', 101)))).Should().Throw<ArgumentException>().WithMessage("feature has 101 characters; it must have 0 to 100.*");
        ((Func<object>)(() => LlmCostScope.Begin("t", userId: new string('u', 201)))).Should().Throw<ArgumentException>().WithMessage("userId has 201 characters; it must have 0 to 200.*");
    }

    private Task<ChatResponse> AskAsync(params (string Key, object Value)[] properties) => AskAsync("canned", properties);

    private Task<ChatResponse> AskAsync(string model, params (string Key, object Value)[] properties)
    {
        var options = properties.Length == 0 ? null : new ChatOptions { AdditionalProperties = new(properties.Select(static pair => KeyValuePair.Create(pair.Key, (object?)pair.Value))) };
        return new LlmCostChatClient(new CannedChatClient(new() { InputTokenCount = 1 }, model), costs.Host.Cost, "p").GetResponseAsync("hi", options, Ct);
    }
}
