using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>How far a call may go.</summary>
public sealed class BudgetTests
{
    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task No_call_makes_more_attempts_than_it_may()
    {
        var third = new ScriptedModel();
        using var chain = new ScriptedChain(static o => o.MaxAttempts = 3, new ScriptedModel().Answers("", ""), new ScriptedModel().Answers("", ""), third);

        var failure = (await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<LlmFallbackException>()).Which;

        failure.Attempts.Select(static a => a.Model).Should().Equal("first", "first", "second");
        third.Asked.Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task An_attempt_that_takes_too_long_is_cancelled_and_the_next_model_asked()
    {
        var slow = new ScriptedModel().NeverAnswers();
        using var chain = new ScriptedChain(static o => o.AttemptTimeout = TimeSpan.FromSeconds(10), slow, new ScriptedModel().Throws(new ProviderException(529)));

        var asking = chain.AskAsync();
        await slow.WasAskedAsync();
        await chain.AdvanceAsync(asking, TimeSpan.FromSeconds(10));

        var failure = (await FluentActions.Awaiting(() => asking).Should().ThrowAsync<LlmFallbackException>()).Which;
        failure.Attempts[0].Should().Match<LlmAttempt>(static a => a.Kind == LlmFaultKind.Timeout && a.Code == "attempt_timeout" && a.Elapsed == TimeSpan.FromSeconds(10));
        failure.Attempts[0].Exception.Should().BeOfType<TimeoutException>().Which.Message.Should().Contain("AttemptTimeout").And.Contain("first").And.Contain("10 s");
        slow.Asked[0].Token.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_call_ends_when_its_time_is_over_whatever_models_are_left()
    {
        var (slow, second) = (new ScriptedModel().NeverAnswers(), new ScriptedModel());
        using var chain = new ScriptedChain(slow, second);

        var asking = chain.AskAsync();
        await slow.WasAskedAsync();
        await chain.AdvanceAsync(asking, TimeSpan.FromSeconds(60));

        (await FluentActions.Awaiting(() => asking).Should().ThrowAsync<TimeoutException>()).Which.Message.Should().Contain("TotalTimeout");
        second.Asked.Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_wait_that_does_not_fit_into_the_calls_time_is_not_begun()
    {
        var first = new ScriptedModel().Throws(new ProviderException(429, null, ("retry-after", "2")));
        using var chain = new ScriptedChain(static o => o.TotalTimeout = TimeSpan.FromSeconds(2), first, new ScriptedModel());

        (await chain.AskAsync()).AdditionalProperties!["patterns.model"].Should().Be("second");

        first.Asked.Should().ContainSingle();
    }

    [Fact]
    public async Task The_time_of_an_earlier_call_does_not_shorten_a_later_one()
    {
        // The second call's attempt is served by the timer of the first, which comes in its middle.
        var second = new TaskCompletionSource();
        var model = new ScriptedModel().Answers("one").Answers(async asked =>
        {
            await second.Task.WaitAsync(asked.Token);
            return ScriptedModel.Says("two");
        });
        using var chain = new ScriptedChain(model);

        await chain.AskAsync();
        chain.Time.Advance(TimeSpan.FromSeconds(40));
        var asking = chain.AskAsync();
        chain.Time.Advance(TimeSpan.FromSeconds(59));
        model.Asked[1].Token.IsCancellationRequested.Should().BeFalse();
        second.SetResult();
        (await asking).Text.Should().Be("two");
    }

    [Fact]
    [Guarantee("LlmFallback", 9)]
    public async Task A_cancelled_call_asks_nobody_else_and_is_no_verdict_on_the_model()
    {
        var (slow, second) = (new ScriptedModel().NeverAnswers(), new ScriptedModel());
        using var chain = new ScriptedChain(slow, second);
        using var cancel = new CancellationTokenSource();

        var asking = chain.AskAsync(token: cancel.Token);
        await slow.WasAskedAsync();
        await cancel.CancelAsync();

        (await FluentActions.Awaiting(() => asking).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancel.Token);
        second.Asked.Should().BeEmpty();
        chain.Fallback.Status(chain.Name)[0].Calls.Should().Be(0);
        chain.Log.Lines.Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmFallback", 9)]
    public async Task A_call_cancelled_while_it_waits_ends_at_once()
    {
        using var chain = new ScriptedChain(new ScriptedModel().Throws(new ProviderException(500)), new ScriptedModel());
        using var cancel = new CancellationTokenSource();

        var asking = chain.AskAsync(token: cancel.Token);
        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => asking).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_begins_asks_nobody()
    {
        var model = new ScriptedModel();
        using var chain = new ScriptedChain(model);

        await chain.Invoking(static c => c.AskAsync(token: new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();

        model.Asked.Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmFallback", 5)]
    public async Task A_probe_that_its_caller_cancels_leaves_its_place_to_the_next()
    {
        var first = new ScriptedModel().NeverAnswers().Answers("well again");
        using var chain = new ScriptedChain(first, new ScriptedModel());
        chain.Fallback.Trip(chain.Name, "first", TimeSpan.FromMinutes(1));
        chain.Time.Advance(TimeSpan.FromMinutes(1));
        using var cancel = new CancellationTokenSource();

        var probe = chain.AskAsync(token: cancel.Token);
        await first.WasAskedAsync();
        (await chain.AskAsync()).AdditionalProperties!["patterns.model"].Should().Be("second", "one probe at a time");
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => probe).Should().ThrowAsync<OperationCanceledException>();

        (await chain.AskAsync()).Text.Should().Be("well again");
    }
}
