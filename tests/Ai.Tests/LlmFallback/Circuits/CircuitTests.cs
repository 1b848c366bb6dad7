using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Circuits;

/// <summary>When a model's circuit opens by its failures, and how it closes.</summary>
public sealed class CircuitTests
{
    [Fact]
    [Guarantee("LlmFallback", 5)]
    public async Task A_model_that_fails_half_of_ten_calls_is_not_asked_until_its_break_is_over()
    {
        using var chain = new TwoModels();
        await chain.AskAsync(5);
        chain.First.Fault = SwitchedModel.Status(529);
        await chain.AskAsync(4);
        chain.Status.Should().BeEquivalentTo(new LlmModelStatus("first", LlmCircuitState.Closed, null, LlmFaultKind.Overloaded, 9, 4));

        await chain.AskAsync();

        chain.Status.Should().BeEquivalentTo(new LlmModelStatus("first", LlmCircuitState.Open, chain.Time.GetUtcNow().AddSeconds(15), LlmFaultKind.Overloaded, 0, 0));
        chain.Time.Advance(TimeSpan.FromSeconds(14.9));
        (await chain.AskAsync()).Should().Be("second");
        chain.First.Asked.Should().Be(10);
        chain.First.Fault = null;
        chain.Time.Advance(TimeSpan.FromSeconds(0.1));
        chain.Status.State.Should().Be(LlmCircuitState.HalfOpen);
        (await chain.AskAsync()).Should().Be("first");
        chain.Status.Should().BeEquivalentTo(new LlmModelStatus("first", LlmCircuitState.Closed, null, LlmFaultKind.Overloaded, 0, 0));
    }

    [Fact]
    public async Task Less_than_half_of_the_calls_does_not_open_a_circuit()
    {
        using var chain = new TwoModels();
        await chain.AskAsync(11);
        chain.First.Fault = SwitchedModel.Status(529);
        await chain.AskAsync(10);

        chain.Status.Should().Match<LlmModelStatus>(static s => s.State == LlmCircuitState.Closed && s.Calls == 21 && s.Failures == 10);
        await chain.AskAsync();
        chain.Status.State.Should().Be(LlmCircuitState.Open);
    }

    [Fact]
    public async Task What_is_older_than_the_window_is_forgotten()
    {
        using var chain = new TwoModels();
        chain.First.Fault = SwitchedModel.Status(529);
        await chain.AskAsync(9);
        chain.Time.Advance(TimeSpan.FromSeconds(20));
        chain.Status.Calls.Should().Be(9);
        chain.Time.Advance(TimeSpan.FromSeconds(10));
        await chain.AskAsync(9);

        chain.Status.Should().Match<LlmModelStatus>(static s => s.State == LlmCircuitState.Closed && s.Calls == 9);
        await chain.AskAsync();
        chain.Status.State.Should().Be(LlmCircuitState.Open);
    }

    [Fact]
    public async Task Each_failed_probe_doubles_the_break_up_to_five_minutes_and_a_success_begins_anew()
    {
        using var chain = new TwoModels();
        await chain.BreakFirstAsync();
        foreach (var seconds in new[] { 15, 30, 60, 120, 240, 300, 300 })
        {
            chain.Status.ReopensAt.Should().Be(chain.Time.GetUtcNow().AddSeconds(seconds));
            chain.Time.Advance(TimeSpan.FromSeconds(seconds));
            (await chain.AskAsync()).Should().Be("second");
        }

        chain.First.Fault = null;
        chain.Time.Advance(TimeSpan.FromSeconds(300));
        (await chain.AskAsync()).Should().Be("first");
        await chain.BreakFirstAsync();
        chain.Status.ReopensAt.Should().Be(chain.Time.GetUtcNow().AddSeconds(15));
    }

    [Theory]
    [InlineData(400), InlineData(413), InlineData(422)]
    public async Task What_is_the_request_s_own_fault_does_not_count(int status)
    {
        using var chain = new TwoModels();
        chain.First.Fault = SwitchedModel.Status(status);
        chain.Second.Fault = SwitchedModel.Status(status);
        for (var i = 0; i < 20; i++)
            await FluentActions.Awaiting(() => chain.AskAsync()).Should().ThrowAsync<Exception>();

        chain.Status.Should().BeEquivalentTo(new LlmModelStatus("first", LlmCircuitState.Closed, null, null, 0, 0));
    }

    [Fact]
    [Guarantee("LlmFallback", 5)]
    public async Task One_probe_at_a_time_is_let_through_and_256_callers_go_on()
    {
        using var chain = new TwoModels();
        await chain.BreakFirstAsync();
        for (var flap = 0; flap < 8; flap++)
        {
            var before = chain.First.Asked;
            (await Task.WhenAll(Callers(chain, 256))).Should().OnlyContain(static text => text == "second");
            chain.First.Asked.Should().Be(before);

            chain.Time.Advance(TimeSpan.FromMinutes(5));
            chain.First.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var callers = Callers(chain, 256);
            var answered = 0;
            await foreach (var caller in Task.WhenEach(callers))
            {
                (await caller).Should().Be("second");
                if (++answered < 255)
                    continue;

                chain.First.Asked.Should().Be(before + 1);
                chain.First.Gate?.SetResult();
                chain.First.Gate = null;
            }
        }

        chain.First.Most.Should().Be(1);
    }

    [Fact]
    public async Task A_probe_that_its_caller_cancels_leaves_its_place_to_the_next()
    {
        using var chain = new TwoModels();
        await chain.BreakFirstAsync();
        chain.Time.Advance(TimeSpan.FromSeconds(15));
        chain.First.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var caller = new CancellationTokenSource();
        var probe = chain.AskUntilAsync(caller.Token);
        await chain.First.Waiting.WaitAsync(TestContext.Current.CancellationToken);
        await caller.CancelAsync();
        await FluentActions.Awaiting(() => probe).Should().ThrowAsync<OperationCanceledException>();

        (chain.First.Gate, chain.First.Fault) = (null, null);
        (await chain.AskAsync()).Should().Be("first");
        chain.Status.State.Should().Be(LlmCircuitState.Closed);
    }

    [Fact]
    public async Task A_verdict_of_an_earlier_life_is_not_counted()
    {
        using var chain = new TwoModels();
        chain.First.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        chain.First.Fault = SwitchedModel.Status(529);
        var late = chain.AskAsync();
        await chain.First.Waiting.WaitAsync(TestContext.Current.CancellationToken);
        chain.Operator.Trip("answers", "first", TimeSpan.FromHours(1));
        chain.Operator.Reset("answers", "first");
        chain.First.Gate.SetResult();
        (await late).Should().Be("second");

        chain.Status.Should().BeEquivalentTo(new LlmModelStatus("first", LlmCircuitState.Closed, null, null, 0, 0));
    }

    [Fact]
    [Guarantee("LlmFallback", 5)]
    public async Task When_all_are_open_the_one_that_reopens_first_is_asked_and_its_answer_closes_it()
    {
        using var chain = new TwoModels();
        chain.Operator.Trip("answers", "first", TimeSpan.FromMinutes(2));
        chain.Operator.Trip("answers", "second", TimeSpan.FromMinutes(1));

        (await chain.AskAsync()).Should().Be("second");

        chain.Operator.Status("answers").Select(static s => s.State).Should().Equal(LlmCircuitState.Open, LlmCircuitState.Closed);
        chain.First.Asked.Should().Be(0);
    }

    [Fact]
    public async Task Chains_that_use_one_client_share_its_circuit()
    {
        SwitchedModel? shared = null;
        using var chain = new TwoModels(o => o.Chain("others", c => c.Model("again", _ => shared!)));
        shared = chain.First;
        await chain.BreakFirstAsync();

        chain.Operator.Status("others").Should().ContainSingle().Which.Should().BeEquivalentTo(chain.Status with { Model = "again" });
        chain.Operator.Reset("others", "again");
        chain.Status.State.Should().Be(LlmCircuitState.Closed);
    }

    private static List<Task<string>> Callers(TwoModels chain, int callers) => [.. Enumerable.Range(0, callers).Select(_ => Task.Run(() => chain.AskAsync()))];
}
