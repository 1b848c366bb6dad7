using System.Collections.Concurrent;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Circuits;

/// <summary>Faults, headers and operators that force a circuit open for a time.</summary>
public sealed class HoldTests
{
    [Theory]
    [InlineData(402, null, 600), InlineData(402, "30", 600), InlineData(402, "3600", 3600)]
    [InlineData(401, null, 300), InlineData(403, null, 300), InlineData(404, null, 600)]
    [InlineData(429, "30", 30), InlineData(429, "86400", 300)]
    [Guarantee("LlmFallback", 5)]
    public async Task A_fault_that_waiting_may_mend_opens_the_circuit_for_as_long(int status, string? retryAfter, int seconds)
    {
        using var chain = new TwoModels(o => o.ReadException<InvalidOperationException>(_ => Faults.Evidence.Of("openai", status, "", retryAfter is null ? [] : [("retry-after", retryAfter)])));
        chain.First.Fault = new InvalidOperationException();

        (await chain.AskAsync()).Should().Be("second");

        chain.Status.State.Should().Be(LlmCircuitState.Open);
        chain.Status.ReopensAt.Should().Be(chain.Time.GetUtcNow().AddSeconds(seconds));
        chain.Time.Advance(TimeSpan.FromSeconds(seconds));
        chain.Status.State.Should().Be(LlmCircuitState.HalfOpen);
    }

    [Fact]
    public async Task A_quota_that_says_when_it_returns_is_waited_for()
    {
        using var chain = new TwoModels();
        chain.First.Fault = new InvalidOperationException("""{"error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-01-16 at 00:00 UTC."}}""");

        await chain.AskAsync();

        chain.Status.ReopensAt.Should().Be(new DateTimeOffset(2026, 1, 16, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_rate_limit_that_states_no_wait_counts_as_a_failure()
    {
        using var chain = new TwoModels();
        chain.First.Fault = SwitchedModel.Status(429);
        await chain.AskAsync(9);
        chain.Status.State.Should().Be(LlmCircuitState.Closed);

        await chain.AskAsync();

        chain.Status.State.Should().Be(LlmCircuitState.Open);
    }

    [Fact]
    public async Task All_holds_are_options()
    {
        using var chain = new TwoModels(static o => (o.Circuit.QuotaHold, o.Circuit.AuthenticationHold, o.Circuit.UnavailableHold) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)));
        foreach (var (status, seconds) in new[] { (402, 1), (401, 2), (404, 3) })
        {
            chain.Operator.Reset("answers", "first");
            chain.First.Fault = SwitchedModel.Status(status);
            await chain.AskAsync();
            chain.Status.ReopensAt.Should().Be(chain.Time.GetUtcNow().AddSeconds(seconds));
        }
    }

    [Fact]
    public async Task An_operator_s_hold_is_not_shortened_by_a_fault()
    {
        using var chain = new TwoModels();
        chain.First.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        chain.First.Fault = SwitchedModel.Status(401);
        var late = chain.AskAsync();
        await chain.First.Waiting.WaitAsync(TestContext.Current.CancellationToken);
        chain.Operator.Trip("answers", "first", TimeSpan.FromHours(2));
        chain.First.Gate.SetResult();
        await late;

        chain.Status.ReopensAt.Should().Be(chain.Time.GetUtcNow().AddHours(2));
        chain.Operator.Trip("answers", "first", TimeSpan.FromHours(1));
        chain.Status.ReopensAt.Should().Be(chain.Time.GetUtcNow().AddHours(2));
        chain.Operator.Trip("answers", "first", TimeSpan.FromHours(3));
        chain.Status.ReopensAt.Should().Be(chain.Time.GetUtcNow().AddHours(3));
    }

    [Fact]
    public async Task The_longest_of_several_holds_wins()
    {
        var waits = new ConcurrentQueue<string>(["60", "5"]);
        using var chain = new TwoModels(o => o.ReadException<InvalidOperationException>(_ => Faults.Evidence.Of("openai", 429, "", ("retry-after", waits.TryDequeue(out var wait) ? wait : "1"))));
        chain.First.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        chain.First.Fault = new InvalidOperationException();
        var both = Task.WhenAll(chain.AskAsync(), chain.AskAsync());
        await chain.First.Waiting.WaitAsync(TestContext.Current.CancellationToken);
        await chain.First.Waiting.WaitAsync(TestContext.Current.CancellationToken);
        chain.First.Gate.SetResult();
        await both;

        chain.Status.ReopensAt.Should().Be(chain.Time.GetUtcNow().AddSeconds(60));
    }

    [Fact]
    public async Task A_refused_key_is_logged_once_until_the_model_answers_again()
    {
        using var chain = new TwoModels();
        chain.First.Fault = SwitchedModel.Status(401);
        for (var i = 0; i < 3; i++)
        {
            await chain.AskAsync();
            chain.Time.Advance(TimeSpan.FromMinutes(5));
        }
        chain.Log.Count(20).Should().Be(1);
        chain.Log.Lines.Should().ContainMatch("Error: *answers/first*300 s*");

        chain.First.Fault = null;
        (await chain.AskAsync()).Should().Be("first");
        chain.First.Fault = SwitchedModel.Status(401);
        await chain.AskAsync();
        chain.Log.Count(20).Should().Be(2);
    }
}
