using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>What the application answers when no model did.</summary>
public sealed class LastResortTests
{
    [Fact]
    public async Task The_last_resort_answers_when_no_model_did()
    {
        LlmRequest? request = null;
        using var chain = new ScriptedChain(
            o => o.LastResort = (asked, _) =>
            {
                request = asked;
                return ValueTask.FromResult<ChatResponse?>(ScriptedModel.Says("Please try again later."));
            },
            new ScriptedModel().Throws(new ProviderException(529)), new ScriptedModel().Throws(new ProviderException(529)));

        var response = await chain.AskAsync();

        response.Text.Should().Be("Please try again later.");
        response.AdditionalProperties.Should().Contain("patterns.degraded", true).And.Contain("patterns.attempts", 2).And.ContainKey("patterns.call_id");
        request!.Attempts.Select(static attempt => attempt.Model).Should().Equal("first", "second");
        request.Messages.Should().ContainSingle();
    }

    [Fact]
    public async Task A_last_resort_may_answer_all_calls_with_one_object()
    {
        var sorry = ScriptedModel.Says("Please try again later.");
        using var chain = new ScriptedChain(o => o.LastResort = (_, _) => ValueTask.FromResult<ChatResponse?>(sorry), new ScriptedModel().Throws(new ProviderException(529), new ProviderException(529)));

        var (one, two) = (await chain.AskAsync(), await chain.AskAsync());

        one.AdditionalProperties!["patterns.call_id"].Should().NotBe(two.AdditionalProperties!["patterns.call_id"]);
        (one.Text, one.FinishReason, sorry.AdditionalProperties).Should().Be((sorry.Text, sorry.FinishReason, null));
    }

    [Fact]
    public async Task A_last_resort_that_has_nothing_leaves_the_exception()
    {
        using var chain = new ScriptedChain(
            static o => o.LastResort = static (_, _) => ValueTask.FromResult<ChatResponse?>(null),
            new ScriptedModel().Throws(new ProviderException(529)), new ScriptedModel().Throws(new ProviderException(529)));

        await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<LlmFallbackException>();
    }
}
