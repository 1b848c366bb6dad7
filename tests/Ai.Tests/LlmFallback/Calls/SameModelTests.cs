using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>When the same model is asked once more.</summary>
public sealed class SameModelTests
{
    [Fact]
    public async Task A_server_error_is_repeated_once_after_a_short_wait()
    {
        var first = new ScriptedModel().Throws(new ProviderException(500)).Answers("yes");
        using var chain = new ScriptedChain(first, new ScriptedModel());

        var asking = chain.AskAsync();
        chain.Time.Advance(TimeSpan.FromMilliseconds(199));
        first.Asked.Should().ContainSingle("the wait is at least 200 ms");
        await chain.AdvanceAsync(asking, TimeSpan.FromMilliseconds(101));

        (await asking).AdditionalProperties.Should().Contain("patterns.model", "first").And.Contain("patterns.attempts", 2);
    }

    [Fact]
    public async Task What_fails_twice_goes_to_the_next_model()
    {
        var first = new ScriptedModel().Throws(new ProviderException(500), new ProviderException(502));
        using var chain = new ScriptedChain(first, new ScriptedModel());

        var asking = chain.AskAsync();
        await chain.AdvanceAsync(asking, TimeSpan.FromMilliseconds(300));

        (await asking).AdditionalProperties.Should().Contain("patterns.model", "second").And.Contain("patterns.attempts", 3);
        first.Asked.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, "first")]
    [InlineData(HttpRequestError.NameResolutionError, "first")]
    [InlineData(HttpRequestError.SecureConnectionError, "first")]
    [InlineData(HttpRequestError.ResponseEnded, "second")]
    public async Task A_network_fault_is_repeated_only_when_no_byte_was_received(HttpRequestError error, string model)
    {
        using var chain = new ScriptedChain(new ScriptedModel().Throws(new HttpRequestException(error)), new ScriptedModel());

        var asking = chain.AskAsync();
        if (model == "first")
            await chain.AdvanceAsync(asking, TimeSpan.FromMilliseconds(300));

        (await asking).AdditionalProperties!["patterns.model"].Should().Be(model);
    }

    [Theory]
    [InlineData("1.5", "first")]
    [InlineData("2", "first")]
    [InlineData("2.5", "second")]
    [InlineData(null, "second")]
    public async Task A_rate_limit_is_waited_for_only_when_its_stated_wait_is_short(string? wait, string model)
    {
        var limited = wait is null ? new ProviderException(429) : new ProviderException(429, null, ("retry-after", wait));
        using var chain = new ScriptedChain(new ScriptedModel().Throws(limited), new ScriptedModel());

        var asking = chain.AskAsync();
        if (model == "first")
            await chain.AdvanceAsync(asking, TimeSpan.FromSeconds(2));

        (await asking).AdditionalProperties!["patterns.model"].Should().Be(model);
    }

    [Fact]
    public async Task A_provider_that_forbids_to_retry_is_not_asked_again()
    {
        var first = new ScriptedModel().Throws(new ProviderException(500, null, ("x-should-retry", "false")));
        using var chain = new ScriptedChain(first, new ScriptedModel());

        (await chain.AskAsync()).AdditionalProperties.Should().Contain("patterns.model", "second").And.Contain("patterns.attempts", 2);
    }

    [Fact]
    public async Task An_unknown_fault_goes_to_the_next_model_at_once()
    {
        using var chain = new ScriptedChain(new ScriptedModel().Throws(new NotSupportedException("?")), new ScriptedModel());

        (await chain.AskAsync()).AdditionalProperties.Should().Contain("patterns.model", "second").And.Contain("patterns.attempts", 2);
    }

    [Fact]
    public async Task An_empty_answer_is_asked_for_once_more_and_then_elsewhere()
    {
        var first = new ScriptedModel().Answers("", "  ".Trim());
        using var chain = new ScriptedChain(first, new ScriptedModel().Answers("yes"));

        (await chain.AskAsync()).Text.Should().Be("yes");

        first.Asked.Should().HaveCount(2);
        chain.Fallback.Status(chain.Name)[0].Failures.Should().Be(0, "the model answered, if badly");
    }

    [Fact]
    public async Task An_answer_that_only_calls_a_tool_is_an_answer()
    {
        var call = new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("call_1", "weather")])) { FinishReason = ChatFinishReason.ToolCalls };
        using var chain = new ScriptedChain(new ScriptedModel().Answers(call), new ScriptedModel());

        (await chain.AskAsync()).Should().BeSameAs(call);
    }

    [Fact]
    public async Task What_the_chain_does_not_accept_is_bad_output()
    {
        using var chain = new ScriptedChain(static o => o.Accept = static response => response.Text.StartsWith('{'), new ScriptedModel().Answers("Sure!", "Here it is:"), new ScriptedModel().Answers("{}"));

        (await chain.AskAsync()).Text.Should().Be("{}");
    }

    [Fact]
    public async Task When_every_answer_is_bad_the_exception_says_so()
    {
        using var chain = new ScriptedChain(static o => o.Accept = static _ => false, new ScriptedModel());

        var failure = (await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<LlmFallbackException>()).Which;

        failure.Attempts.Select(static a => (a.Kind, a.Code)).Should().Equal((LlmFaultKind.BadOutput, "not_accepted"), (LlmFaultKind.BadOutput, "not_accepted"));
    }

    [Fact]
    public async Task What_the_chains_own_judgement_throws_is_the_calls_failure()
    {
        using var chain = new ScriptedChain(static o => o.Accept = static _ => throw new InvalidDataException("mine"), new ScriptedModel(), new ScriptedModel());

        await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<InvalidDataException>().WithMessage("mine");
        chain.Fallback.Status(chain.Name)[0].Failures.Should().Be(0);
    }
}
