using Ai.Tests.LlmFallback.Calls;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Streams;

/// <summary>A stream that breaks after its first content.</summary>
public sealed class InterruptionTests
{
    private static ProviderException Broken => new(null, "overloaded_error");

    [Fact]
    [Guarantee("LlmFallback", 3)]
    [Guarantee("LlmFallback", 4)]
    public async Task It_fails_with_what_the_reader_has_unless_the_chain_says_otherwise()
    {
        var (broken, second) = (Broken, new ScriptedModel());
        using var chain = new ScriptedChain(new ScriptedModel().Streams("Hel", ScriptedModel.Usage(7, 1), "lo", broken), second);
        var seen = new List<ChatResponseUpdate>();

        var failure = (await chain.Awaiting(c => c.ReadAsync(seen)).Should().ThrowAsync<LlmStreamInterruptedException>()).Which;

        seen.ToChatResponse().Text.Should().Be("Hello");
        failure.TextSoFar.Should().Be("Hello");
        failure.Usage!.InputTokenCount.Should().Be(7);
        failure.InnerException.Should().BeSameAs(broken);
        (failure.Attempt.Model, failure.Attempt.Kind).Should().Be(("first", LlmFaultKind.Overloaded));
        failure.Message.Should().NotContain("Hello");
        second.Asked.Should().BeEmpty();
        chain.Fallback.Status(chain.Name)[0].Failures.Should().Be(1);
    }

    [Fact]
    [Guarantee("LlmFallback", 4)]
    public async Task Restart_shows_the_next_models_whole_stream_after_a_mark()
    {
        using var chain = new ScriptedChain(static o => o.Streaming = AfterFirstToken.Restart, new ScriptedModel().Streams("Hel", Broken), new ScriptedModel().Streams("Good ", "day", ScriptedModel.Finish));
        var seen = new List<ChatResponseUpdate>();

        await chain.ReadAsync(seen);

        var mark = seen.FindIndex(static u => u.AdditionalProperties?.ContainsKey("patterns.restart") == true);
        seen[mark].Contents.Should().BeEmpty();
        seen[mark].AdditionalProperties.Should().Contain("patterns.restart", true).And.Contain("patterns.model", "second").And.Contain("patterns.attempts", 2);
        string.Concat(seen.Take(mark).Select(static u => u.Text)).Should().Be("Hel");
        seen.Skip(mark).ToChatResponse().Text.Should().Be("Good day");
    }

    [Fact]
    [Guarantee("LlmFallback", 4)]
    public async Task Continue_asks_the_next_model_by_a_users_message_and_joins_its_text()
    {
        var second = new ScriptedModel("anthropic").Streams(new ChatResponseUpdate(ChatRole.Assistant, "") { MessageId = "other" }, "lo", " there", ScriptedModel.Finish);
        using var chain = new ScriptedChain(static o => o.Streaming = AfterFirstToken.Continue, new ScriptedModel().Streams("Hel", Broken), second);

        var response = await chain.ReadAsync();

        response.Text.Should().Be("Hello there");
        response.Messages.Should().ContainSingle("the reader sees one message");
        response.AdditionalProperties!["patterns.model"].Should().Be("second");
        var asked = second.Asked.Single().Messages.ToList();
        asked.Select(static m => m.Role).Should().Equal(ChatRole.User, ChatRole.User);
        asked[0].Text.Should().Be(ScriptedChain.Question[0].Text);
        asked[1].Text.Should().Contain("Hel");
    }

    [Fact]
    [Guarantee("LlmFallback", 4)]
    public async Task Continue_goes_on_as_often_as_streams_break()
    {
        using var chain = new ScriptedChain(
            static o => o.Streaming = AfterFirstToken.Continue, new ScriptedModel().Streams("a", Broken), new ScriptedModel().Streams("b", Broken), new ScriptedModel().Streams("c", Broken));

        var failure = (await chain.Invoking(static c => c.ReadAsync()).Should().ThrowAsync<LlmStreamInterruptedException>()).Which;

        failure.TextSoFar.Should().Be("abc");
        failure.Attempt.Model.Should().Be("third");
    }

    [Fact]
    [Guarantee("LlmFallback", 4)]
    public async Task Continue_is_refused_once_a_tool_was_called()
    {
        var second = new ScriptedModel();
        using var chain = new ScriptedChain(static o => o.Streaming = AfterFirstToken.Continue, new ScriptedModel().Streams("Let me look. ", ScriptedModel.ToolCall("call_1"), Broken), second);

        await chain.Invoking(static c => c.ReadAsync()).Should().ThrowAsync<LlmStreamInterruptedException>();

        second.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task Continue_is_refused_where_the_answer_is_a_document()
    {
        var second = new ScriptedModel();
        using var chain = new ScriptedChain(static o => o.Streaming = AfterFirstToken.Continue, new ScriptedModel().Streams("{\"a\":", Broken), second);

        await chain.Invoking(static c => c.ReadAsync(options: new ChatOptions { ResponseFormat = ChatResponseFormat.Json })).Should().ThrowAsync<LlmStreamInterruptedException>();

        second.Asked.Should().BeEmpty();
    }

    [Theory]
    [InlineData(AfterFirstToken.Restart, true)]
    [InlineData(AfterFirstToken.Restart, false)]
    [InlineData(AfterFirstToken.Continue, true)]
    [InlineData(AfterFirstToken.Continue, false)]
    [Guarantee("LlmFallback", 4)]
    public async Task No_fallback_means_broken_streams_too(AfterFirstToken streaming, bool perCall)
    {
        var second = new ScriptedModel();
        using var chain = new ScriptedChain(o => (o.Streaming, o.Fallback) = (streaming, perCall), new ScriptedModel().Streams("Hel", Broken), second);

        var options = perCall ? new ChatOptions { AdditionalProperties = new() { ["patterns.fallback"] = false } } : null;
        await chain.Invoking(c => c.ReadAsync(options: options)).Should().ThrowAsync<LlmStreamInterruptedException>();

        second.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task When_nobody_can_go_on_the_reader_gets_what_broke_first()
    {
        using var chain = new ScriptedChain(
            static o =>
            {
                o.Streaming = AfterFirstToken.Restart;
                o.LastResort = static (_, _) => ValueTask.FromResult<ChatResponse?>(ScriptedModel.Says("It is too late for that."));
            },
            new ScriptedModel().Streams("Hel", Broken), new ScriptedModel().Streams(new ProviderException(401)));

        var failure = (await chain.Invoking(static c => c.ReadAsync()).Should().ThrowAsync<LlmStreamInterruptedException>()).Which;

        (failure.Attempt.Model, failure.TextSoFar).Should().Be(("first", "Hel"));
    }

    [Fact]
    [Guarantee("LlmFallback", 4)]
    public async Task After_the_finish_reason_nothing_is_a_fault()
    {
        using var chain = new ScriptedChain(new ScriptedModel().Streams("Hello", ScriptedModel.Finish, Broken), new ScriptedModel());

        var response = await chain.ReadAsync();

        (response.Text, response.Usage).Should().Be(("Hello", null));
        chain.Fallback.Status(chain.Name)[0].Failures.Should().Be(0);
    }

    [Fact]
    public async Task A_finish_reason_that_announces_tool_calls_is_no_end_before_they_came()
    {
        using var chain = new ScriptedChain(new ScriptedModel().Streams("Let me look. ", new ChatResponseUpdate { FinishReason = ChatFinishReason.ToolCalls }, Broken));

        await chain.Invoking(static c => c.ReadAsync()).Should().ThrowAsync<LlmStreamInterruptedException>();
    }

    [Fact]
    public async Task An_error_that_comes_as_content_breaks_the_stream()
    {
        var error = new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("too busy") { ErrorCode = "overloaded_error" }]);
        using var chain = new ScriptedChain(static o => o.Streaming = AfterFirstToken.Restart, new ScriptedModel().Streams("Hel", error), new ScriptedModel().Streams("yes", ScriptedModel.Finish));

        var seen = new List<ChatResponseUpdate>();
        await chain.ReadAsync(seen);

        seen.Should().NotContain(error);
        string.Concat(seen.Select(static u => u.Text)).Should().Be("Helyes");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(9000)]
    public async Task The_text_so_far_is_whole_however_long_it_is(int tokens)
    {
        using var chain = new ScriptedChain(new ScriptedModel().Streams([.. Enumerable.Range(0, tokens).Select(static i => (object)$"{i} "), Broken]));

        var failure = (await chain.Invoking(static c => c.ReadAsync()).Should().ThrowAsync<LlmStreamInterruptedException>()).Which;

        failure.TextSoFar.Should().Be(string.Concat(Enumerable.Range(0, tokens).Select(static i => $"{i} ")));
    }

    [Fact]
    [Guarantee("LlmFallback", 4)]
    public async Task An_error_after_the_finish_reason_is_none()
    {
        var error = new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("too late") { ErrorCode = "overloaded_error" }]);
        using var chain = new ScriptedChain(new ScriptedModel().Streams("Hello", ScriptedModel.Finish, error, ScriptedModel.Usage(7, 1)));

        var response = await chain.ReadAsync();

        (response.Text, response.Usage!.InputTokenCount).Should().Be(("Hello", 7));
        chain.Fallback.Status(chain.Name)[0].Failures.Should().Be(0);
    }

    [Theory]
    [InlineData(AfterFirstToken.Fail)]
    [InlineData(AfterFirstToken.Restart)]
    public async Task A_stream_that_reports_an_error_is_cancelled_and_disposed(AfterFirstToken streaming)
    {
        var first = new ScriptedModel().Streams("Hel", new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("busy") { ErrorCode = "overloaded_error" }]), ScriptedModel.Nothing);
        using var chain = new ScriptedChain(o => o.Streaming = streaming, first, new ScriptedModel());

        if (streaming == AfterFirstToken.Fail)
            await chain.Invoking(static c => c.ReadAsync()).Should().ThrowAsync<LlmStreamInterruptedException>();
        else
            await chain.ReadAsync();

        (first.Asked.Single().Token.IsCancellationRequested, first.DisposedStreams).Should().Be((true, 1));
    }

    [Fact]
    public async Task What_another_model_refused_before_is_no_answer_to_what_broke()
    {
        var refusal = new ChatResponseUpdate(ChatRole.Assistant, "") { FinishReason = ChatFinishReason.ContentFilter };
        using var chain = new ScriptedChain(
            static o => (o.ContentFilter, o.Streaming) = (ContentFilterAction.TryNext, AfterFirstToken.Continue), new ScriptedModel().Streams(refusal), new ScriptedModel().Streams("Hel", Broken));

        var failure = (await chain.Invoking(static c => c.ReadAsync()).Should().ThrowAsync<LlmStreamInterruptedException>()).Which;

        (failure.Attempt.Model, failure.TextSoFar).Should().Be(("second", "Hel"));
    }

    [Fact]
    public async Task What_is_to_be_continued_counts_as_input_of_the_next_model()
    {
        LlmRequest? asked = null;
        var (small, large) = (new ScriptedModel(), new ScriptedModel().Streams(" there", ScriptedModel.Finish));
        using var chain = new ScriptedChain(
            (name, model) =>
            {
                model.ContextWindow = name == "second" ? 1_000 : 100_000;
                model.OnlyWhen = request =>
                {
                    asked = request;
                    return true;
                };
            },
            static o => o.Streaming = AfterFirstToken.Continue, new ScriptedModel().Streams(new string('a', 3_500), Broken), small, large);

        (await chain.ReadAsync()).Text.Should().EndWith("a there");

        small.Asked.Should().BeEmpty("what was said so far takes a thousand tokens");
        asked!.InputTokens.Should().BeGreaterThan(1_000);
        asked.Messages.Should().ContainSingle("the caller asked with one message");
    }
}
