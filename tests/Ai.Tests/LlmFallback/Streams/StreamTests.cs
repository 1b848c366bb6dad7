using Ai.Tests.LlmFallback.Calls;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Streams;

/// <summary>What a reader sees up to the first content, and of a stream that ends well.</summary>
public sealed class StreamTests
{
    private static ChatResponseUpdate Lifecycle => new(ChatRole.Assistant, "") { ResponseId = "resp_1" };

    [Fact]
    [Guarantee("LlmFallback", 3)]
    public async Task A_model_that_dies_after_its_lifecycle_frames_leaves_no_trace_in_the_stream()
    {
        var first = new ScriptedModel("anthropic").Streams(Lifecycle, ScriptedModel.Usage(10, 0), new ProviderException(200, "overloaded_error"));
        using var chain = new ScriptedChain(first, new ScriptedModel().Streams(Lifecycle, "Hel", "lo", ScriptedModel.Finish, ScriptedModel.Usage(12, 2)));
        var seen = new List<ChatResponseUpdate>();

        var response = await chain.ReadAsync(seen);

        response.Text.Should().Be("Hello");
        response.Usage!.InputTokenCount.Should().Be(12, "the first model's usage is not the answer's");
        seen.Count(static update => update.ResponseId == "resp_1").Should().Be(1, "one start");
        response.Messages.Should().ContainSingle();
        first.DisposedStreams.Should().Be(1);
    }

    [Fact]
    [Guarantee("LlmFallback", 3)]
    public async Task What_was_held_back_comes_in_order_before_the_first_content()
    {
        var gate = new TaskCompletionSource();
        using var chain = new ScriptedChain(new ScriptedModel().Streams(Lifecycle, ScriptedModel.Usage(10, 0), gate.Task, "yes", ScriptedModel.Finish));
        await using var reader = chain.StreamAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);

        var moving = reader.MoveNextAsync();
        moving.IsCompleted.Should().BeFalse("nothing is shown before there is content");
        gate.SetResult();
        (await moving).Should().BeTrue();
        var seen = new List<ChatResponseUpdate>();
        while (await reader.MoveNextAsync())
            seen.Add(reader.Current);

        seen.Select(static u => u.Text.Length > 0 ? u.Text : u.FinishReason is not null ? "finish" : u.Contents is [UsageContent] ? "usage" : u.ResponseId).Should().Equal("resp_1", "usage", "yes", "finish");
    }

    [Fact]
    [Guarantee("LlmFallback", 3)]
    public async Task A_fault_that_the_first_read_raises_is_a_fault_like_any_other()
    {
        using var chain = new ScriptedChain(new ScriptedModel().Streams(new ProviderException(429)), new ScriptedModel().Streams("yes", ScriptedModel.Finish));

        (await chain.ReadAsync()).Text.Should().Be("yes");
    }

    [Fact]
    [Guarantee("LlmFallback", 16)]
    public async Task A_streamed_response_says_its_model_its_attempts_and_its_call()
    {
        using var chain = new ScriptedChain(new ScriptedModel().Streams(new ProviderException(529)), new ScriptedModel("anthropic"));

        var response = await chain.ReadAsync();

        response.AdditionalProperties.Should().Contain("patterns.model", "second").And.Contain("patterns.attempts", 2);
        response.AdditionalProperties!["patterns.call_id"].Should().BeOfType<Guid>();
        response.Messages.Single().AdditionalProperties.Should().Contain("patterns.model", "second").And.Contain("patterns.provider", "anthropic");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_stream_without_content_is_bad_output(int updates)
    {
        var first = new ScriptedModel();
        first.Streams([.. Enumerable.Repeat<object>(ScriptedModel.Finish, updates)]).Streams(Lifecycle, ScriptedModel.Finish);
        using var chain = new ScriptedChain(first, new ScriptedModel().Streams("yes", ScriptedModel.Finish));

        (await chain.ReadAsync()).Text.Should().Be("yes");

        first.Asked.Should().HaveCount(2, "bad output is asked for once more");
    }

    [Fact]
    public async Task Reasoning_is_content()
    {
        using var chain = new ScriptedChain(
            new ScriptedModel().Streams(new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("Let me see.")]), new ProviderException(529)), new ScriptedModel());

        await chain.Invoking(static c => c.ReadAsync()).Should().ThrowAsync<LlmStreamInterruptedException>();
    }

    [Fact]
    public async Task A_refusal_without_content_is_passed_on_as_it_is()
    {
        var (refusal, second) = (new ChatResponseUpdate(ChatRole.Assistant, "") { FinishReason = ChatFinishReason.ContentFilter }, new ScriptedModel());
        using var chain = new ScriptedChain(new ScriptedModel().Streams(Lifecycle, refusal, ScriptedModel.Usage(5, 0)), second);

        var response = await chain.ReadAsync();

        response.FinishReason.Should().Be(ChatFinishReason.ContentFilter);
        response.Usage!.InputTokenCount.Should().Be(5);
        second.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task A_refusal_without_content_goes_to_the_next_model_if_the_chain_says_so()
    {
        var refusal = new ChatResponseUpdate(ChatRole.Assistant, "") { FinishReason = ChatFinishReason.ContentFilter };
        using var chain = new ScriptedChain(static o => o.ContentFilter = ContentFilterAction.TryNext, new ScriptedModel().Streams(refusal), new ScriptedModel().Streams("yes", ScriptedModel.Finish));

        (await chain.ReadAsync()).Text.Should().Be("yes");
    }

    [Fact]
    public async Task When_every_model_refuses_the_last_refusal_is_the_stream()
    {
        var refusal = new ChatResponseUpdate(ChatRole.Assistant, "") { FinishReason = ChatFinishReason.ContentFilter };
        using var chain = new ScriptedChain(static o => o.ContentFilter = ContentFilterAction.TryNext, new ScriptedModel().Streams(refusal), new ScriptedModel().Streams(Lifecycle, refusal));

        var response = await chain.ReadAsync();

        response.FinishReason.Should().Be(ChatFinishReason.ContentFilter);
        response.AdditionalProperties!["patterns.model"].Should().Be("second");
    }

    [Fact]
    [Guarantee("LlmFallback", 9)]
    public async Task A_refusal_after_content_is_passed_on_as_it_is()
    {
        var second = new ScriptedModel();
        using var chain = new ScriptedChain(
            static o => (o.ContentFilter, o.Streaming) = (ContentFilterAction.TryNext, AfterFirstToken.Restart),
            new ScriptedModel().Streams("Well, ", new ChatResponseUpdate { FinishReason = ChatFinishReason.ContentFilter }), second);

        var response = await chain.ReadAsync();

        (response.Text, response.FinishReason).Should().Be(("Well, ", ChatFinishReason.ContentFilter));
        second.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task When_no_model_streams_the_failure_is_that_of_a_call()
    {
        using var chain = new ScriptedChain(new ScriptedModel().Streams(new ProviderException(529)), new ScriptedModel().Streams(Lifecycle, new ProviderException(529)));

        var failure = (await chain.Invoking(static c => c.ReadAsync()).Should().ThrowAsync<LlmFallbackException>()).Which;

        failure.Attempts.Select(static a => a.Kind).Should().Equal(LlmFaultKind.Overloaded, LlmFaultKind.Overloaded);
    }

    [Fact]
    public async Task The_last_resort_can_be_streamed()
    {
        using var chain = new ScriptedChain(
            static o => o.LastResort = static (_, _) => ValueTask.FromResult<ChatResponse?>(ScriptedModel.Says("Please try again later.")),
            new ScriptedModel().Streams(new ProviderException(529)));

        var response = await chain.ReadAsync();

        response.Text.Should().Be("Please try again later.");
        response.AdditionalProperties.Should().Contain("patterns.degraded", true);
    }

    [Fact]
    public async Task Each_reading_of_a_stream_is_a_call_of_its_own()
    {
        var model = new ScriptedModel().Streams("one", ScriptedModel.Finish).Streams("two", ScriptedModel.Finish);
        using var chain = new ScriptedChain(model);
        var stream = chain.StreamAsync();
        model.Asked.Should().BeEmpty("nobody has read yet");

        var (one, two) = (await stream.ToChatResponseAsync(TestContext.Current.CancellationToken), await stream.ToChatResponseAsync(TestContext.Current.CancellationToken));

        (one.Text, two.Text).Should().Be(("one", "two"));
        one.AdditionalProperties!["patterns.call_id"].Should().NotBe(two.AdditionalProperties!["patterns.call_id"]);
    }
}
