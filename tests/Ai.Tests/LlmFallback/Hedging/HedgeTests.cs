using Ai.Tests.LlmFallback.Calls;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Hedging;

/// <summary>A second model beside one that is slow.</summary>
public sealed class HedgeTests
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    [Fact]
    [Guarantee("LlmFallback", 12)]
    public async Task The_first_answer_wins_and_the_loser_is_cancelled()
    {
        var (slow, quick) = (new ScriptedModel().NeverAnswers(), new ScriptedModel().Answers("quick"));
        using var chain = Chain(slow, quick);

        var asking = chain.AskAsync();
        await slow.WasAskedAsync();
        quick.Asked.Should().BeEmpty();
        await chain.AdvanceAsync(asking, After);

        (await asking).AdditionalProperties.Should().Contain("patterns.model", "second").And.Contain("patterns.attempts", 2);
        slow.Asked[0].Token.IsCancellationRequested.Should().BeTrue();
        chain.Fallback.Status(chain.Name).Should().OnlyContain(static s => s.Failures == 0);
    }

    [Fact]
    [Guarantee("LlmFallback", 12)]
    public async Task The_first_content_wins_and_the_losing_stream_is_disposed()
    {
        var slow = new ScriptedModel().Streams(new ChatResponseUpdate(ChatRole.Assistant, ""), ScriptedModel.Nothing);
        using var chain = Chain(slow, new ScriptedModel().Streams("qu", "ick", ScriptedModel.Finish));

        var reading = chain.ReadAsync();
        await slow.WasAskedAsync();
        await chain.AdvanceAsync(reading, After);

        (await reading).Text.Should().Be("quick");
        await Eventually.HoldsAsync("the loser is disposed", () => slow.DisposedStreams == 1);
        slow.Asked[0].Token.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public async Task The_slow_model_may_still_win()
    {
        var gate = new TaskCompletionSource();
        var slow = new ScriptedModel().Answers(async asked =>
        {
            await gate.Task.WaitAsync(asked.Token);
            return ScriptedModel.Says("slow but first");
        });
        var slower = new ScriptedModel().NeverAnswers();
        using var chain = Chain(slow, slower);

        var asking = chain.AskAsync();
        await slow.WasAskedAsync();
        await chain.AdvanceAsync(asking, After);
        await slower.WasAskedAsync();
        gate.SetResult();

        (await asking).Text.Should().Be("slow but first");
        slower.Asked[0].Token.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public async Task When_both_fail_the_chain_goes_on()
    {
        var slow = new ScriptedModel().Answers(static async asked =>
        {
            await new TaskCompletionSource().Task.WaitAsync(asked.Token);
            return ScriptedModel.Says("never");
        });
        using var chain = Chain(slow, new ScriptedModel().Throws(new ProviderException(529)), new ScriptedModel().Answers("third"));

        var asking = chain.AskAsync();
        await slow.WasAskedAsync();
        await chain.AdvanceAsync(asking, After);
        await chain.AdvanceAsync(asking, TimeSpan.FromSeconds(8));

        (await asking).AdditionalProperties.Should().Contain("patterns.model", "third").And.Contain("patterns.attempts", 3);
    }

    [Fact]
    public async Task A_model_that_answers_in_time_is_alone()
    {
        var second = new ScriptedModel();
        using var chain = Chain(new ScriptedModel(), second);

        await chain.AskAsync();
        chain.Time.Advance(After);

        second.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task No_fallback_means_no_hedge()
    {
        var (slow, second) = (new ScriptedModel().NeverAnswers(), new ScriptedModel());
        using var chain = Chain(slow, second);

        var asking = chain.AskAsync(new ChatOptions { AdditionalProperties = new() { ["patterns.fallback"] = false } });
        await slow.WasAskedAsync();
        await chain.AdvanceAsync(asking, TimeSpan.FromSeconds(60));

        await FluentActions.Awaiting(() => asking).Should().ThrowAsync<TimeoutException>();
        second.Asked.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0.05, 20)]
    [InlineData(0.5, 2)]
    [Guarantee("LlmFallback", 12)]
    public async Task No_more_than_the_set_share_of_calls_hedges(double share, int every)
    {
        var (slow, second) = (new ScriptedModel(), new ScriptedModel());
        using var chain = new ScriptedChain(
            o => (o.HedgeAfter, o.MaxHedgedShare, o.AttemptTimeout, o.MaxAttempts) = (After, share, TimeSpan.FromSeconds(3), 2), slow, second);

        for (var i = 1; i <= 40; i++)
        {
            var gate = new TaskCompletionSource();
            slow.Answers(async asked =>
            {
                await gate.Task.WaitAsync(asked.Token);
                return ScriptedModel.Says("slow");
            });
            var asking = chain.AskAsync();
            await slow.WasAskedAsync();
            await chain.AdvanceAsync(asking, After);
            if (i % every != 0)
                gate.SetResult();
            await asking;
        }

        second.Asked.Should().HaveCount(40 / every);
    }

    [Fact]
    public async Task A_cancelled_call_cancels_both()
    {
        var (slow, slower) = (new ScriptedModel().NeverAnswers(), new ScriptedModel().NeverAnswers());
        using var chain = Chain(slow, slower);
        using var cancel = new CancellationTokenSource();

        var asking = chain.AskAsync(token: cancel.Token);
        await slow.WasAskedAsync();
        await chain.AdvanceAsync(asking, After);
        await slower.WasAskedAsync();
        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => asking).Should().ThrowAsync<OperationCanceledException>();
        (slow.Asked[0].Token.IsCancellationRequested, slower.Asked[0].Token.IsCancellationRequested).Should().Be((true, true));
    }

    [Fact]
    public async Task What_lost_is_told_among_the_attempts()
    {
        IReadOnlyList<LlmAttempt>? told = null;
        var slow = new ScriptedModel().Streams(ScriptedModel.Nothing);
        using var chain = new ScriptedChain(
            (name, model) => model.OnlyWhen = name != "third" ? null : request =>
            {
                told = request.Attempts;
                return true;
            },
            static o => (o.HedgeAfter, o.MaxHedgedShare, o.Streaming) = (After, 1, AfterFirstToken.Restart),
            slow, new ScriptedModel().Streams("quick", new ProviderException(200, "overloaded_error")), new ScriptedModel());

        var reading = chain.ReadAsync();
        await slow.WasAskedAsync();
        await chain.AdvanceAsync(reading, After);
        await reading;

        told!.Select(static a => (a.Model, a.Kind, a.Code, a.Elapsed)).Should().Equal(
            ("first", LlmFaultKind.Cancelled, "hedge_lost", After), ("second", LlmFaultKind.Overloaded, "overloaded_error", TimeSpan.Zero));
    }

    private static ScriptedChain Chain(params IChatClient[] models) =>
        new(static o => (o.HedgeAfter, o.MaxHedgedShare, o.AttemptTimeout) = (After, 1, TimeSpan.FromSeconds(10)), models);
}
