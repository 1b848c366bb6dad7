using LoopbackModels;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Wire;

/// <summary>Refusals that come as answers: 200, with a finish reason.</summary>
public sealed class RefusalTests(LoopbackFixture loopback) : IClassFixture<LoopbackFixture>
{
    public static TheoryData<ModelApi, string, bool> Refusals =>
        [.. Words().SelectMany(static refusal => new[] { new TheoryDataRow<ModelApi, string, bool>(refusal.Api, refusal.Word, true), new(refusal.Api, refusal.Word, false) })];

    [Theory]
    [MemberData(nameof(Refusals))]
    [Guarantee("LlmFallback", 9)]
    public async Task A_refusal_is_returned_as_it_is(ModelApi api, string word, bool streamed)
    {
        await using var chain = new ChainOfTwo(loopback, api);
        chain.First.Always(Refusal(word));

        var (response, exception) = await chain.AskAsync(streamed);

        exception.Should().BeNull();
        response!.FinishReason!.Value.Value.Should().BeOneOf(word, ChatFinishReason.ContentFilter.Value);
        response.AdditionalProperties!["patterns.model"].Should().Be("first");
        (chain.First.Asked, chain.Next.Asked).Should().Be((1, 0));
        (chain.FirstStatus.State, chain.FirstStatus.Failures).Should().Be((LlmCircuitState.Closed, 0));
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    [Guarantee("LlmFallback", 9)]
    public async Task A_refusal_turns_to_the_next_model_where_the_chain_says_so(ModelApi api, string word, bool streamed)
    {
        await using var chain = new ChainOfTwo(loopback, api, c => c.ContentFilter = ContentFilterAction.TryNext);
        chain.First.Always(Refusal(word));
        chain.Next.Always(ModelAnswer.Text("I would."));

        (await chain.AskAsync(streamed)).Response!.Text.Should().Be("I would.");
        chain.AttemptsBeforeNext.Should().ContainSingle().Which.Kind.Should().Be(LlmFaultKind.ContentFiltered);
        chain.FirstStatus.Failures.Should().Be(0);
    }

    [Theory]
    [EachApi]
    [Guarantee("LlmFallback", 3)]
    public async Task A_refusal_after_content_was_shown_stays(ModelApi api)
    {
        await using var chain = new ChainOfTwo(loopback, api, c => c.ContentFilter = ContentFilterAction.TryNext);
        chain.First.Always(ModelAnswer.Text("Well, ") with { Finish = Words().First(refusal => refusal.Api == api).Word });

        var (response, exception) = await chain.AskAsync(streamed: true);

        exception.Should().BeNull();
        response!.Text.Should().Be("Well, ");
        chain.Next.Asked.Should().Be(0);
    }

    private static ModelAnswer Refusal(string word) => word.StartsWith("block:", StringComparison.Ordinal) ? new() { BlockReason = word[6..] } : new() { Finish = word };

    private static IEnumerable<(ModelApi Api, string Word)> Words() =>
    [
        (ModelApi.OpenAi, "content_filter"), (ModelApi.Azure, "content_filter"), (ModelApi.Anthropic, "refusal"),
        (ModelApi.Gemini, "SAFETY"), (ModelApi.Gemini, "PROHIBITED_CONTENT"), (ModelApi.Gemini, "BLOCKLIST"), (ModelApi.Gemini, "RECITATION"),
        (ModelApi.Gemini, "block:SAFETY"), (ModelApi.Gemini, "block:PROHIBITED_CONTENT"), (ModelApi.Gemini, "block:OTHER"),
    ];
}
