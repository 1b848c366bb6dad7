using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>Clients that do not heed the token they got: they cannot be ended, so they are left behind.</summary>
public sealed class DeafClientTests
{
    private const int TokenIgnored = 5;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_call_goes_on_without_a_client_that_has_not_come_back_a_second_after_its_time()
    {
        var deaf = Deaf();
        using var chain = new ScriptedChain(static o => o.AttemptTimeout = TimeSpan.FromSeconds(10), deaf, new ScriptedModel().Answers("yes"));

        var asking = chain.AskAsync();
        await deaf.WasAskedAsync();
        await chain.AdvanceAsync(asking, TimeSpan.FromSeconds(10));
        asking.IsCompleted.Should().BeFalse("it may be about to come back");
        await chain.AdvanceAsync(asking, Grace);

        (await asking).Text.Should().Be("yes");
        chain.Fallback.Status(chain.Name)[0].LastFault.Should().Be(LlmFaultKind.Timeout);
        chain.Log.Entries.Should().ContainSingle(static entry => entry.Level == LogLevel.Warning && entry.Text.Contains("does not heed"));
        _gate.SetResult();
    }

    [Fact]
    public async Task A_client_that_comes_back_within_the_second_is_waited_for()
    {
        var slow = Deaf();
        using var chain = new ScriptedChain(static o => o.AttemptTimeout = TimeSpan.FromSeconds(10), slow, new ScriptedModel());

        var asking = chain.AskAsync();
        await slow.WasAskedAsync();
        await chain.AdvanceAsync(asking, TimeSpan.FromSeconds(10) + Grace / 2);
        _gate.SetResult();

        (await asking).Text.Should().Be("late");
    }

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_cancelled_call_ends_a_second_later_whatever_its_client_does()
    {
        var deaf = Deaf();
        using var chain = new ScriptedChain(deaf);
        using var cancel = new CancellationTokenSource();

        var asking = chain.AskAsync(token: cancel.Token);
        await deaf.WasAskedAsync();
        await cancel.CancelAsync();
        await chain.AdvanceAsync(asking, Grace);

        (await FluentActions.Awaiting(() => asking).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancel.Token);
        _gate.SetResult();
    }

    [Fact]
    [Guarantee("LlmFallback", 5)]
    public async Task A_probe_that_never_comes_back_leaves_its_place_to_the_next()
    {
        var deaf = Deaf().Answers("well again");
        using var chain = new ScriptedChain(static o => o.AttemptTimeout = TimeSpan.FromSeconds(10), deaf, new ScriptedModel());
        chain.Fallback.Trip(chain.Name, "first", TimeSpan.FromMinutes(1));
        chain.Time.Advance(TimeSpan.FromMinutes(1));

        var probe = chain.AskAsync();
        await deaf.WasAskedAsync();
        await chain.AdvanceAsync(probe, TimeSpan.FromSeconds(10));
        await chain.AdvanceAsync(probe, Grace);
        (await probe).AdditionalProperties!["patterns.model"].Should().Be("second");
        chain.Time.Advance(TimeSpan.FromSeconds(15));

        (await chain.AskAsync()).Text.Should().Be("well again");
        _gate.SetResult();
    }

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_stream_that_is_left_before_its_content_is_disposed_when_its_client_comes_back()
    {
        var deaf = new ScriptedModel().Streams(() => _gate.Task, new ChatResponseUpdate(ChatRole.Assistant, ""), new ChatResponseUpdate(ChatRole.Assistant, ""), "late");
        using var chain = new ScriptedChain(deaf, new ScriptedModel().Streams("yes", ScriptedModel.Finish));

        var reading = chain.ReadAsync();
        await deaf.WasAskedAsync();
        await chain.AdvanceAsync(reading, TimeSpan.FromSeconds(20));
        await chain.AdvanceAsync(reading, Grace);

        (await reading).Text.Should().Be("yes");
        deaf.DisposedStreams.Should().Be(0, "an enumerator that is being moved cannot be disposed");
        _gate.SetResult();
        await Eventually.HoldsAsync("the stream is disposed", () => deaf.DisposedStreams == 1);
    }

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_first_token_that_comes_too_late_is_not_shown()
    {
        var late = new ScriptedModel().Streams(() => _gate.Task, "late", ScriptedModel.Finish);
        using var chain = new ScriptedChain(late, new ScriptedModel().Streams("yes", ScriptedModel.Finish));

        var reading = chain.ReadAsync();
        await late.WasAskedAsync();
        await chain.AdvanceAsync(reading, TimeSpan.FromSeconds(20));
        _gate.SetResult();

        (await reading).Text.Should().Be("yes");
        late.DisposedStreams.Should().Be(1);
    }

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_stream_that_stalls_for_good_is_broken_and_disposed_when_its_client_comes_back()
    {
        var deaf = new ScriptedModel().Streams("Hel", () => _gate.Task, "lo");
        using var chain = new ScriptedChain(static o => o.IdleTimeout = TimeSpan.FromSeconds(5), deaf);
        var seen = new List<ChatResponseUpdate>();

        var reading = chain.ReadAsync(seen);
        await deaf.WasAskedAsync();
        await chain.AdvanceAsync(reading, TimeSpan.FromSeconds(5));
        await chain.AdvanceAsync(reading, Grace);

        var failure = (await FluentActions.Awaiting(() => reading).Should().ThrowAsync<LlmStreamInterruptedException>()).Which;
        (failure.TextSoFar, failure.Attempt.Code).Should().Be(("Hel", "idle_timeout"));
        chain.Log.Count(TokenIgnored).Should().Be(1);
        _gate.SetResult();
        await Eventually.HoldsAsync("the stream is disposed", () => deaf.DisposedStreams == 1);
        string.Concat(seen.Select(static update => update.Text)).Should().Be("Hel");
    }

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_stream_that_always_has_more_ends_with_the_calls_time()
    {
        var endless = new ScriptedModel().Streams([.. Enumerable.Repeat<object>("more ", 100)]);
        using var chain = new ScriptedChain(endless);
        await using var reader = chain.StreamAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++)
            (await reader.MoveNextAsync()).Should().BeTrue();
        chain.Time.Advance(TimeSpan.FromSeconds(60));

        var failure = (await FluentActions.Awaiting(() => reader.MoveNextAsync().AsTask()).Should().ThrowAsync<LlmStreamInterruptedException>()).Which;

        (failure.TextSoFar, failure.Attempt.Code).Should().Be(("more more ", "total_timeout"));
        endless.DisposedStreams.Should().Be(1);
    }

    /// <summary>A model that answers "late" when the gate opens, and not before.</summary>
    private ScriptedModel Deaf() => new ScriptedModel().Answers(async _ =>
    {
        await _gate.Task;
        return ScriptedModel.Says("late");
    });
}
