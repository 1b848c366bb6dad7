using Ai.Tests.LlmFallback.Calls;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Streams;

/// <summary>How long a stream may take, and what becomes of it when its reader leaves.</summary>
public sealed class TimeTests
{
    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_model_without_a_first_token_in_time_is_left_for_the_next()
    {
        var slow = new ScriptedModel().Streams(new ChatResponseUpdate(ChatRole.Assistant, ""), ScriptedModel.Nothing);
        using var chain = new ScriptedChain(slow, new ScriptedModel().Streams("yes", ScriptedModel.Finish));

        var reading = chain.ReadAsync();
        await slow.WasAskedAsync();
        await chain.AdvanceAsync(reading, TimeSpan.FromSeconds(20));

        (await reading).Text.Should().Be("yes");
        slow.DisposedStreams.Should().Be(1);
        chain.Fallback.Status(chain.Name)[0].LastFault.Should().Be(LlmFaultKind.Timeout);
    }

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_stream_that_stalls_is_broken()
    {
        using var chain = new ScriptedChain(static o => o.IdleTimeout = TimeSpan.FromSeconds(5), new ScriptedModel().Streams("Hel", ScriptedModel.Nothing));
        await using var reader = chain.StreamAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await MoveToAsync(reader, "Hel");

        var moving = reader.MoveNextAsync().AsTask();
        chain.Time.Advance(TimeSpan.FromSeconds(4.9));
        moving.IsCompleted.Should().BeFalse();
        chain.Time.Advance(TimeSpan.FromSeconds(0.1));

        var failure = (await FluentActions.Awaiting(() => moving).Should().ThrowAsync<LlmStreamInterruptedException>()).Which;
        (failure.Attempt.Kind, failure.Attempt.Code).Should().Be((LlmFaultKind.Timeout, "idle_timeout"));
        failure.InnerException.Should().BeOfType<TimeoutException>().Which.Message.Should().Contain("IdleTimeout");
    }

    [Fact]
    public async Task The_readers_own_time_is_not_the_models()
    {
        var gate = new TaskCompletionSource();
        using var chain = new ScriptedChain(static o => o.IdleTimeout = TimeSpan.FromSeconds(5), new ScriptedModel().Streams("Hel", "lo", gate.Task, "!", ScriptedModel.Finish));
        await using var reader = chain.StreamAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);

        await MoveToAsync(reader, "Hel");
        chain.Time.Advance(TimeSpan.FromSeconds(12));
        await MoveToAsync(reader, "lo");
        chain.Time.Advance(TimeSpan.FromSeconds(12));
        var moving = MoveToAsync(reader, "!");
        chain.Time.Advance(TimeSpan.FromSeconds(4));
        gate.SetResult();
        await moving;

        (await reader.MoveNextAsync()).Should().BeTrue();
        reader.Current.FinishReason.Should().Be(ChatFinishReason.Stop);
    }

    [Fact]
    [Guarantee("LlmFallback", 6)]
    public async Task A_stream_ends_when_the_calls_time_is_over()
    {
        var gate = new TaskCompletionSource();
        using var chain = new ScriptedChain(static o => o.TotalTimeout = TimeSpan.FromSeconds(25), new ScriptedModel().Streams("Hel", gate.Task));
        await using var reader = chain.StreamAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await MoveToAsync(reader, "Hel");

        var moving = reader.MoveNextAsync().AsTask();
        chain.Time.Advance(TimeSpan.FromSeconds(25));

        (await FluentActions.Awaiting(() => moving).Should().ThrowAsync<LlmStreamInterruptedException>()).Which.Attempt.Code.Should().Be("total_timeout");
    }

    [Fact]
    public async Task A_reader_that_stops_ends_the_providers_request()
    {
        var model = new ScriptedModel().Streams("Hel", "lo", ScriptedModel.Nothing);
        using var chain = new ScriptedChain(model);

        await foreach (var update in chain.StreamAsync())
        {
            if (update.Text == "Hel")
                break;
        }

        model.DisposedStreams.Should().Be(1);
        model.Asked.Single().Token.IsCancellationRequested.Should().BeTrue();
        chain.Fallback.Status(chain.Name)[0].Should().Match<LlmModelStatus>(static s => s.Calls == 1 && s.Failures == 0, "the model answered");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Guarantee("LlmFallback", 9)]
    public async Task A_cancelled_stream_ends_as_cancelled_and_asks_nobody_else(bool byEnumerator)
    {
        var (first, second) = (new ScriptedModel().Streams("Hel", ScriptedModel.Nothing), new ScriptedModel());
        using var chain = new ScriptedChain(static o => o.Streaming = AfterFirstToken.Restart, first, second);
        using var cancel = new CancellationTokenSource();
        await using var reader = chain.StreamAsync(token: byEnumerator ? CancellationToken.None : cancel.Token).GetAsyncEnumerator(byEnumerator ? cancel.Token : CancellationToken.None);
        await MoveToAsync(reader, "Hel");

        var moving = reader.MoveNextAsync().AsTask();
        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => moving).Should().ThrowAsync<OperationCanceledException>();
        first.DisposedStreams.Should().Be(1);
        second.Asked.Should().BeEmpty();
        chain.Fallback.Status(chain.Name)[0].Calls.Should().Be(0);
    }

    private static async Task MoveToAsync(IAsyncEnumerator<ChatResponseUpdate> reader, string text)
    {
        do
            (await reader.MoveNextAsync()).Should().BeTrue();
        while (reader.Current.Text != text);
    }
}
