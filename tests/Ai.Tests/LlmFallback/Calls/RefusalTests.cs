using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>What a content filter or a model refuses.</summary>
public sealed class RefusalTests
{
    private static ChatResponse Refusal => new(new ChatMessage(ChatRole.Assistant, "I cannot help with that.")) { FinishReason = ChatFinishReason.ContentFilter };

    [Fact]
    [Guarantee("LlmFallback", 9)]
    public async Task A_refusal_that_came_as_an_answer_is_returned_as_it_is()
    {
        var second = new ScriptedModel();
        using var chain = new ScriptedChain(new ScriptedModel().Answers(Refusal), second);

        var response = await chain.AskAsync();

        response.FinishReason.Should().Be(ChatFinishReason.ContentFilter);
        response.AdditionalProperties!["patterns.model"].Should().Be("first");
        second.Asked.Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmFallback", 9)]
    public async Task A_refusal_that_came_as_an_error_is_thrown_as_it_is()
    {
        var (filtered, second) = (new ProviderException(400, "content_filter"), new ScriptedModel());
        using var chain = new ScriptedChain(new ScriptedModel().Throws(filtered), second);

        (await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<ProviderException>()).Which.Should().BeSameAs(filtered);

        second.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task The_next_model_is_asked_after_a_refusal_only_if_the_chain_says_so()
    {
        using var chain = new ScriptedChain(
            static o => o.ContentFilter = ContentFilterAction.TryNext,
            new ScriptedModel().Answers(Refusal), new ScriptedModel().Throws(new ProviderException(400, "content_filter")), new ScriptedModel().Answers("Of course."));

        (await chain.AskAsync()).Text.Should().Be("Of course.");
    }

    [Fact]
    public async Task When_nobody_else_answers_the_refusal_is_the_answer()
    {
        using var chain = new ScriptedChain(
            static o => o.ContentFilter = ContentFilterAction.TryNext, new ScriptedModel().Answers(Refusal), new ScriptedModel().Throws(new ProviderException(529)));

        var response = await chain.AskAsync();

        response.FinishReason.Should().Be(ChatFinishReason.ContentFilter);
        response.AdditionalProperties.Should().Contain("patterns.model", "first").And.Contain("patterns.attempts", 2);
    }
}
