using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Requests;

public sealed class CapabilityTests
{
    private readonly AskedModel _first = new("openai");
    private readonly AskedModel _second = new("anthropic");

    public static TheoryData<LlmFeatures> Features => [LlmFeatures.Tools, LlmFeatures.ParallelTools, LlmFeatures.ForcedToolChoice, LlmFeatures.Vision, LlmFeatures.Audio, LlmFeatures.JsonSchema];

    [Theory, MemberData(nameof(Features)), Guarantee("LlmFallback", 7)]
    public async Task A_model_that_lacks_what_the_call_needs_is_not_asked(LlmFeatures feature)
    {
        using var chain = Of(first => first.Supports &= ~feature);
        var (messages, options) = Calls.Needing(feature);

        await chain.AskAsync(messages, options);

        (_first.Count, _second.Count).Should().Be((0, 1));
    }

    [Theory, MemberData(nameof(Features))]
    public async Task A_model_that_has_just_what_the_call_needs_is_asked(LlmFeatures feature)
    {
        var needed = feature is LlmFeatures.ParallelTools or LlmFeatures.ForcedToolChoice ? feature | LlmFeatures.Tools : feature;
        using var chain = Of(first => first.Supports = needed);
        var (messages, options) = Calls.Needing(feature);

        await chain.AskAsync(messages, options);

        (_first.Count, _second.Count).Should().Be((1, 0));
    }

    [Fact]
    public async Task A_model_that_cannot_stream_is_not_asked_for_a_stream_but_for_an_answer()
    {
        using var chain = Of(first => first.Supports &= ~LlmFeatures.Streaming);

        await chain.Client.GetStreamingResponseAsync("hi", cancellationToken: TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken);
        await chain.AskAsync();

        (_first.Count, _second.Count).Should().Be((1, 1));
    }

    [Fact]
    public async Task A_tool_result_with_an_image_needs_vision()
    {
        using var chain = Of(first => first.Supports &= ~LlmFeatures.Vision);
        var shot = new FunctionResultContent("call_1", new AIContent[] { new DataContent(new byte[] { 1 }, "image/png") });

        await chain.AskAsync([Calls.User("look"), Calls.Assistant(Calls.Call("call_1")), Calls.Tool(shot)]);

        (_first.Count, _second.Count).Should().Be((0, 1));
    }

    [Fact, Guarantee("LlmFallback", 7)]
    public async Task When_no_model_can_the_exception_names_what_each_of_them_lacks()
    {
        using var chain = Of(first => first.Supports &= ~(LlmFeatures.Vision | LlmFeatures.JsonSchema), second => second.ContextWindow = 10);
        var (messages, options) = Calls.Needing(LlmFeatures.Vision);
        options.ResponseFormat = ChatResponseFormat.ForJsonSchema(Calls.Schema);

        var thrown = (await FluentActions.Awaiting(() => chain.AskAsync(messages, options)).Should().ThrowAsync<LlmFallbackException>()).Which;

        thrown.Attempts.Select(static a => (a.Model, a.Kind, a.Code)).Should().Equal(("first", LlmFaultKind.Skipped, "lacks_vision,lacks_json_schema"), ("second", LlmFaultKind.Skipped, "context_window"));
        thrown.Message.Should().Contain("lacks_vision,lacks_json_schema").And.Contain("context_window");
        (_first.Count, _second.Count).Should().Be((0, 0));
    }

    [Theory, Guarantee("LlmFallback", 7)]
    [InlineData(350, 0, 100, true)]
    [InlineData(351, 0, 100, false)]
    [InlineData(350, 20, 120, true)]
    [InlineData(350, 21, 120, false)]
    public async Task A_request_that_does_not_fit_into_the_context_window_with_its_answer_skips_the_model(int bytes, int output, long window, bool isAsked)
    {
        using var chain = Of(first => first.ContextWindow = window);

        await chain.AskAsync(new string('a', bytes), output == 0 ? null : new() { MaxOutputTokens = output });

        _first.Count.Should().Be(isAsked ? 1 : 0);
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    public async Task A_call_that_asks_for_more_output_than_the_model_gives_skips_it(int output, bool isAsked)
    {
        using var chain = Of(first => first.MaxOutputTokens = 1_000);

        await chain.AskAsync(options: new() { MaxOutputTokens = output });

        _first.Count.Should().Be(isAsked ? 1 : 0);
    }

    [Fact]
    public async Task A_request_with_more_bytes_than_the_provider_takes_skips_its_model()
    {
        using var chain = Of(first => first.MaxRequestBytes = 4_000);

        await chain.AskAsync([new ChatMessage(ChatRole.User, [new DataContent(new byte[3_000], "application/pdf")])]); // 4,000 bytes of base64
        await chain.AskAsync([new ChatMessage(ChatRole.User, [new DataContent(new byte[3_000], "application/pdf"), new TextContent("?")])]);

        (_first.Count, _second.Count).Should().Be((1, 1));
    }

    [Theory]
    [InlineData(400, "context_length_exceeded", 100, 100, 0)]
    [InlineData(400, "context_length_exceeded", 100, null, 0)]
    [InlineData(400, "context_length_exceeded", 100, 101, 1)]
    [InlineData(413, "too_large", 100, 100, 0)]
    [InlineData(413, "too_large", 100, null, 0)]
    [InlineData(413, "too_large", 100, 101, 1)]
    public async Task After_a_request_was_too_long_or_too_large_only_models_that_declare_more_are_asked(int status, string code, int limit, int? next, int asked)
    {
        using var chain = Of(
            first => (first.ContextWindow, first.MaxRequestBytes) = (limit, limit),
            second => (second.ContextWindow, second.MaxRequestBytes) = (next, next));
        _first.Fails(() => new HttpRequestException($$$"""HTTP {{{status}}}: {"error":{"code":"{{{code}}}","message":"too much"}}""", null, (System.Net.HttpStatusCode)status));

        if (asked == 1)
            await chain.AskAsync("hi");
        else
            await FluentActions.Awaiting(() => chain.AskAsync("hi")).Should().ThrowAsync<HttpRequestException>("only one model was asked");

        (_first.Count, _second.Count).Should().Be((1, asked));
    }

    private Chain Of(Action<LlmModelOptions>? first = null, Action<LlmModelOptions>? second = null) => new(c =>
    {
        c.Model("first", _ => _first.Client, first);
        c.Model("second", _ => _second.Client, second);
    });
}
