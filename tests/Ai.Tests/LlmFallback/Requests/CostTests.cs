using System.Text.Json;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Requests;

public sealed class CostTests
{
    // 350 bytes are estimated as 100 tokens.
    private static readonly string Question = new('a', 350);
    private readonly AskedModel _dear = new();
    private readonly AskedModel _cheap = new();
    private string? _tenant = "nobody asked";

    [Theory, Guarantee("LlmFallback", 11)]
    [InlineData("0.0130", 1, 0)] // 100 tokens at 10 USD a million and 400 at 30
    [InlineData("0.0129", 0, 1)]
    [InlineData("0", 0, 0)]
    public async Task A_model_whose_worst_case_does_not_fit_the_limit_is_not_asked(string limit, int dear, int cheap)
    {
        using var chain = Of(c => c.MaxCostPerCall = Money(limit));

        if (dear + cheap == 0)
            (await FluentActions.Awaiting(() => chain.AskAsync(Question)).Should().ThrowAsync<LlmFallbackException>()).Which.Attempts.Should().OnlyContain(static a => a.Kind == LlmFaultKind.Skipped && a.Code == "cost");
        else
            await chain.AskAsync(Question);

        (_dear.Count, _cheap.Count).Should().Be((dear, cheap));
    }

    [Fact]
    public async Task The_calls_own_output_limit_counts_before_the_models()
    {
        using var chain = Of(static c => c.MaxCostPerCall = 0.002m);

        await chain.AskAsync(Question, new() { MaxOutputTokens = 30 }); // 0.0010 + 0.0009

        (_dear.Count, _cheap.Count).Should().Be((1, 0));
    }

    [Theory, Guarantee("LlmFallback", 11)]
    [InlineData(0, 1)] // it was refused, which costs nothing
    [InlineData(400, 1)] // 0.0130, and the 0.0009 that are left are just what the cheap one may cost
    [InlineData(430, 0)] // 0.0139
    public async Task What_failed_attempts_cost_counts(int output, int cheap)
    {
        using var chain = Of(c =>
        {
            c.MaxCostPerCall = 0.0139m;
            c.Accept = static answer => answer.Text == "yes";
        });
        if (output == 0)
            _dear.Fails();
        else
            _dear.Answers = () => new ChatResponse(new ChatMessage(ChatRole.Assistant, "bad")) { Usage = new() { InputTokenCount = 100, OutputTokenCount = output } };

        try
        {
            await chain.AskAsync(Question);
        }
        catch (LlmFallbackException exception)
        {
            exception.Attempts[^1].Code.Should().Be("cost");
        }

        (_dear.Count, _cheap.Count).Should().Be((1, cheap), "asking the dear one again would not fit either");
    }

    [Fact, Guarantee("LlmFallback", 11)]
    public async Task The_tenants_remaining_budget_limits_its_call()
    {
        using var chain = Of(c => c.RemainingBudget = tenant =>
        {
            _tenant = tenant;
            return tenant == "acme" ? 0.001m : null;
        });

        await chain.AskAsync(Question, new() { AdditionalProperties = new() { ["patterns.tenant"] = "acme" } });
        (_tenant, _dear.Count, _cheap.Count).Should().Be(("acme", 0, 1));
        await chain.AskAsync(Question);
        (_tenant, _dear.Count, _cheap.Count).Should().Be((null, 1, 1), "nobody's budget has no limit");
        await chain.AskAsync(Question, new() { AdditionalProperties = new() { ["patterns.tenant"] = JsonElement.Parse("\"acme\"") } });
        (_tenant, _dear.Count, _cheap.Count).Should().Be(("acme", 1, 2), "a tenant that was sent as JSON is no nobody");
    }

    [Fact]
    public async Task The_smaller_of_the_two_limits_holds()
    {
        using var chain = Of(static c =>
        {
            c.MaxCostPerCall = 0.001m;
            c.RemainingBudget = static _ => 100;
        });

        await chain.AskAsync(Question);

        (_dear.Count, _cheap.Count).Should().Be((0, 1));
    }

    [Fact]
    public async Task A_model_without_a_price_is_never_too_dear()
    {
        using var chain = new Chain(c =>
        {
            c.MaxCostPerCall = 0;
            c.Model("own", _ => _cheap.Client);
        });

        await chain.AskAsync(Question);

        _cheap.Count.Should().Be(1);
    }

    [Fact]
    public async Task A_dear_last_resort_is_kept_for_the_calls_that_it_is_for()
    {
        using var chain = new Chain(c =>
        {
            c.Model("cheap", _ => _cheap.Client);
            c.Model("dear", _ => _dear.Client, static m => m.OnlyWhen = static request => request.Options?.AdditionalProperties?.ContainsKey("important") is true && request.Attempts.Count == 1);
        });
        _cheap.Fails();

        await FluentActions.Awaiting(() => chain.AskAsync()).Should().ThrowAsync<HttpRequestException>();
        _dear.Count.Should().Be(0);
        await chain.AskAsync(options: new() { AdditionalProperties = new() { ["important"] = true } });
        _dear.Count.Should().Be(1);
    }

    private Chain Of(Action<LlmChainOptions> limits) => new(c =>
    {
        limits(c);
        c.Model("dear", _ => _dear.Client, static m => (m.Price, m.MaxOutputTokens) = (new LlmPrice(10, 30), 400));
        c.Model("cheap", _ => _cheap.Client, static m => (m.Price, m.MaxOutputTokens) = (new LlmPrice(1, 2), 400));
    });

    private static decimal Money(string usd) => decimal.Parse(usd, System.Globalization.CultureInfo.InvariantCulture);
}
