using System.Diagnostics;
using Ai.Tests.LlmFallback.Calls;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Telemetry;

/// <summary>What operators see of calls.</summary>
public sealed class TelemetryTests
{
    private readonly string _provider = "provider-" + Guid.CreateVersion7().ToString("N");

    [Fact]
    [Guarantee("LlmFallback", 16)]
    public async Task A_call_is_one_span_with_a_child_for_each_attempt()
    {
        using var recorded = new Recorded();
        var answer = new ChatResponse(new ChatMessage(ChatRole.Assistant, "yes")) { ModelId = "large-2026", Usage = new UsageDetails { InputTokenCount = 12, OutputTokenCount = 3 } };
        using var chain = new ScriptedChain(new ScriptedModel().Throws(new ProviderException(529, "overloaded_error")), new ScriptedModel(_provider).Answers(answer));

        await chain.AskAsync();

        var call = recorded.CallOf(chain.Name);
        call.DisplayName.Should().Be($"chat {chain.Name}");
        call.Status.Should().Be(ActivityStatusCode.Unset);
        TagsOf(call).Should().Contain("gen_ai.operation.name", "chat").And.Contain("gen_ai.provider.name", _provider).And.Contain("gen_ai.response.model", "large-2026").And.Contain("gen_ai.usage.input_tokens", 12L);
        var children = recorded.ChildrenOf(call);
        children.Should().HaveCount(2).And.OnlyContain(static child => child.Kind == ActivityKind.Client);
        TagsOf(children[0]).Should().Contain("error.type", "Overloaded").And.Contain("http.response.status_code", 529).And.Contain("gen_ai.request.model", "openai-large");
        children[0].Status.Should().Be(ActivityStatusCode.Error);
        TagsOf(children[1]).Should().Contain("gen_ai.provider.name", _provider).And.Contain("gen_ai.response.model", "large-2026").And.Contain("gen_ai.usage.output_tokens", 3L).And.NotContainKey("error.type");
    }

    [Fact]
    [Guarantee("LlmFallback", 16)]
    public async Task A_call_that_fails_says_of_what_kind()
    {
        using var recorded = new Recorded();
        using var chain = new ScriptedChain(new ScriptedModel(_provider).Throws(new ProviderException(401)));

        await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<ProviderException>();

        var call = recorded.CallOf(chain.Name);
        call.Status.Should().Be(ActivityStatusCode.Error);
        TagsOf(call).Should().Contain("error.type", "Authentication");
        recorded.Measures("gen_ai.client.operation.duration", "gen_ai.provider.name", _provider).Should().ContainSingle().Which.Tags.Should().Contain("error.type", "Authentication");
    }

    [Fact]
    public async Task A_streams_spans_last_as_long_as_it_does()
    {
        using var recorded = new Recorded();
        using var chain = new ScriptedChain(static o => o.Streaming = AfterFirstToken.Restart, new ScriptedModel().Streams("Hel", new ProviderException(200, "overloaded_error")), new ScriptedModel(_provider).Streams("yes", ScriptedModel.Usage(12, 3), ScriptedModel.Finish));

        using var outer = new Activity("request").Start();
        await foreach (var update in chain.StreamAsync())
            Activity.Current.Should().BeSameAs(outer, "the reader's own work is not the model's");

        var call = recorded.CallOf(chain.Name);
        call.ParentSpanId.Should().Be(outer.SpanId);
        recorded.ChildrenOf(call).Select(static child => child.GetTagItem("error.type")).Should().Equal(new object?[] { "Overloaded", null });
        recorded.Measures("gen_ai.client.token.usage", "gen_ai.provider.name", _provider).Select(static m => (m.Tags["gen_ai.token.type"], m.Value)).Should().BeEquivalentTo(new (object?, double)[] { ("input", 12), ("output", 3) });
        recorded.Measures("gen_ai.client.operation.time_to_first_chunk", "gen_ai.provider.name", _provider).Should().ContainSingle();
    }

    [Fact]
    public async Task What_was_used_before_the_reader_stopped_is_told()
    {
        using var recorded = new Recorded();
        using var chain = new ScriptedChain(new ScriptedModel(_provider).Streams(ScriptedModel.Usage(12, 0), "Hel", ScriptedModel.Nothing));

        await foreach (var update in chain.StreamAsync())
        {
            if (update.Text == "Hel")
                break;
        }

        TagsOf(recorded.CallOf(chain.Name)).Should().Contain("gen_ai.usage.input_tokens", 12L);
    }

    [Fact]
    [Guarantee("LlmFallback", 16)]
    public async Task Fallbacks_skips_and_circuits_are_counted()
    {
        using var recorded = new Recorded();
        using var chain = new ScriptedChain(new ScriptedModel(), new ScriptedModel().Throws(new ProviderException(529)), new ScriptedModel());
        chain.Fallback.Trip(chain.Name, "first", TimeSpan.FromMinutes(1));

        await chain.AskAsync();
        recorded.Observe();

        recorded.Measures("patterns.llm_fallback.fallbacks", "patterns.chain", chain.Name).Should().ContainSingle()
            .Which.Tags.Should().Contain("from", "second").And.Contain("to", "third").And.Contain("kind", "Overloaded");
        recorded.Measures("patterns.llm_fallback.skips", "patterns.chain", chain.Name).Should().ContainSingle()
            .Which.Tags.Should().Contain("patterns.model", "first").And.Contain("reason", "circuit_open");
        recorded.Measures("patterns.llm_fallback.circuit", "patterns.chain", chain.Name).Select(static m => (m.Tags["patterns.model"], m.Value))
            .Should().BeEquivalentTo(new (object?, double)[] { ("first", 2), ("second", 0), ("third", 0) });
    }

    [Fact]
    public async Task A_hedge_is_counted()
    {
        using var recorded = new Recorded();
        var slow = new ScriptedModel().NeverAnswers();
        using var chain = new ScriptedChain(static o => (o.HedgeAfter, o.MaxHedgedShare) = (TimeSpan.FromSeconds(2), 1), slow, new ScriptedModel());

        var asking = chain.AskAsync();
        await chain.AdvanceAsync(asking, TimeSpan.FromSeconds(2));
        await asking;

        recorded.Measures("patterns.llm_fallback.hedges", "patterns.chain", chain.Name).Should().ContainSingle().Which.Tags.Should().Contain("from", "first").And.Contain("to", "second");
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_is_told_as_cancelled()
    {
        using var recorded = new Recorded();
        using var chain = new ScriptedChain(new ScriptedModel().Throws(new ProviderException(500)), new ScriptedModel());
        using var cancel = new CancellationTokenSource();

        var asking = chain.AskAsync(token: cancel.Token);
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => asking).Should().ThrowAsync<OperationCanceledException>();

        TagsOf(recorded.CallOf(chain.Name)).Should().Contain("error.type", "Cancelled");
    }

    private static Dictionary<string, object?> TagsOf(Activity span) => span.TagObjects.ToDictionary(static tag => tag.Key, static tag => tag.Value, StringComparer.Ordinal);
}
