using System.ClientModel;
using LoopbackModels;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Wire;

/// <summary>What else goes wrong between an SDK and its provider.</summary>
public sealed class WireTests(LoopbackFixture loopback) : IClassFixture<LoopbackFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<ModelApi> WithRetries => [ModelApi.OpenAi, ModelApi.Azure, ModelApi.Anthropic];

    public static TheoryData<string> ToldByExceptions => [.. EvidenceTable.Rows.Where(static row => row.Value.InStream).Select(static row => row.Key)];

    [Theory]
    [MemberData(nameof(WithRetries))]
    public async Task An_SDK_that_repeats_by_itself_works_and_is_warned_of_once(ModelApi api)
    {
        using var clients = new ModelClients(loopback.Server.Address, sdkRetries: 2);
        await using var chain = new ChainOfTwo(loopback, api, clients: clients);
        for (var call = 0; call < 2; call++)
        {
            chain.First.Next(new ModelError(500, "").With("retry-after-ms", "1"), ModelAnswer.Text("In the end."));
            var (response, _) = await chain.AskAsync(streamed: false);
            (response!.Text, response.AdditionalProperties!["patterns.attempts"]).Should().Be(("In the end.", 1));
        }
        chain.First.Asked.Should().Be(4);
        chain.Log.Entries.Should().ContainSingle(entry => entry.Level == LogLevel.Warning).Which.Text.Should().Contain(api == ModelApi.Anthropic ? "MaxRetries = 0" : "ClientRetryPolicy(maxRetries: 0)");
    }

    [Theory]
    [EachApi]
    public async Task An_error_body_without_end_is_read_as_far_as_64_KiB(ModelApi api)
    {
        await using var chain = new ChainOfTwo(loopback, api);
        chain.First.Always(new ModelError(529, new string('x', 4096)) { ContentType = "text/plain", Length = 1L << 30 });

        var (response, _) = await chain.AskAsync(streamed: false);

        response!.AdditionalProperties!["patterns.model"].Should().Be("next");
        var attempt = chain.AttemptsBeforeNext.Should().ContainSingle().Which;
        (attempt.Kind, attempt.Status).Should().Be((LlmFaultKind.Overloaded, 529));
        if (api != ModelApi.Gemini)
            attempt.RequestId.Should().NotBeNullOrEmpty();
        await Eventually.HoldsAsync("the provider sees that nobody reads on", () => chain.First.Cancelled == 1);
    }

    [Theory]
    [EachApi]
    [Guarantee("LlmFallback", 3)]
    public async Task A_model_that_dies_after_its_lifecycle_events_leaves_no_trace_in_the_stream(ModelApi api)
    {
        await using var chain = new ChainOfTwo(loopback, api, nextApi: ModelApi.Anthropic);
        var answer = ModelAnswer.Text("Never shown.") with { Id = "first" };
        var lifecycle = ModelServer.Frames(api, answer, chain.First.Name).TakeWhile(static frame => !frame.IsPiece).Sum(static frame => frame.Bytes.Length);
        chain.First.Always(answer with { Cut = new(CutKind.Reset, lifecycle) });
        chain.Next.Always(ModelAnswer.Text("One ", "start.") with { Id = "second" });

        var updates = await chain.Client.GetStreamingResponseAsync("hi", cancellationToken: Ct).ToListAsync(Ct);

        string.Concat(updates).Should().Be("One start.");
        updates.Select(static update => update.ResponseId).OfType<string>().Distinct(StringComparer.Ordinal).Should().Equal("msg_second");
        chain.AttemptsBeforeNext.Should().ContainSingle().Which.Kind.Should().Be(LlmFaultKind.Network);
    }

    [Theory]
    [EachApi]
    public async Task A_reader_that_stops_ends_the_providers_request(ModelApi api)
    {
        await using var chain = new ChainOfTwo(loopback, api);
        chain.First.Always(ModelAnswer.Text("One ", "never.") with { Stall = (1, new Gate()) });

        await foreach (var update in chain.Client.GetStreamingResponseAsync("hi", cancellationToken: Ct))
        {
            if (update.Text.Length > 0)
                break;
        }

        await Eventually.HoldsAsync("the provider sees the connection close", () => chain.First is { Cancelled: 1, Concurrent: 0 });
        chain.Next.Asked.Should().Be(0);
        (chain.FirstStatus.State, chain.FirstStatus.Failures).Should().Be((LlmCircuitState.Closed, 0));
    }

    [Theory]
    [EachApi]
    [Guarantee("LlmFallback", 9)]
    public async Task A_call_that_the_caller_cancels_ends_the_providers_request_and_asks_nobody_else(ModelApi api)
    {
        await using var chain = new ChainOfTwo(loopback, api);
        var gate = new Gate();
        chain.First.Always(ModelAnswer.Text("Never.") with { Gate = gate });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        var call = chain.Client.GetResponseAsync("hi", cancellationToken: cancel.Token);
        await gate.Reached.WaitAsync(Ct);
        await cancel.CancelAsync();

        await call.Invoking(static c => c).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.HoldsAsync("the provider sees the connection close", () => chain.First.Cancelled == 1);
        chain.Next.Asked.Should().Be(0);
        chain.FirstStatus.Failures.Should().Be(0);
    }

    [Theory]
    [EachApi]
    [Guarantee("LlmFallback", 9)]
    public async Task A_stream_that_the_caller_cancels_ends_as_cancelled(ModelApi api)
    {
        await using var chain = new ChainOfTwo(loopback, api, c => c.Streaming = AfterFirstToken.Restart);
        chain.First.Always(ModelAnswer.Text("One ", "never.") with { Stall = (1, new Gate()) });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await using var updates = chain.Client.GetStreamingResponseAsync("hi", cancellationToken: cancel.Token).GetAsyncEnumerator(CancellationToken.None);
        var text = "";
        while (text.Length == 0 && await updates.MoveNextAsync())
            text += updates.Current.Text;

        var next = updates.MoveNextAsync().AsTask();
        await cancel.CancelAsync();

        await next.Invoking(static n => n).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.HoldsAsync("the provider sees the connection close", () => chain.First.Cancelled == 1);
        chain.Next.Asked.Should().Be(0);
        chain.FirstStatus.Failures.Should().Be(0);
    }

    [Theory]
    [EachApi]
    [Guarantee("LlmFallback", 6)]
    public async Task A_first_token_that_does_not_come_in_time_turns_to_the_next_model(ModelApi api)
    {
        await using var chain = new ChainOfTwo(loopback, api);
        var gate = new Gate();
        chain.First.Always(ModelAnswer.Text("Late.") with { Stall = (0, gate) });
        chain.Next.Always(ModelAnswer.Text("In time."));

        var call = chain.AskAsync(streamed: true);
        await gate.Reached.WaitAsync(Ct);
        chain.Time.Advance(TimeSpan.FromSeconds(20));

        (await call).Response!.Text.Should().Be("In time.");
        chain.AttemptsBeforeNext.Should().ContainSingle().Which.Kind.Should().Be(LlmFaultKind.Timeout);
        await Eventually.HoldsAsync("the provider sees the connection close", () => chain.First.Cancelled == 1);
    }

    [Theory]
    [EachApi]
    [Guarantee("LlmFallback", 6)]
    public async Task A_stream_that_stands_still_is_ended(ModelApi api)
    {
        await using var chain = new ChainOfTwo(loopback, api);
        chain.First.Always(ModelAnswer.Text("One ", "never.") with { Stall = (1, new Gate()) });
        var text = "";

        await using var updates = chain.Client.GetStreamingResponseAsync("hi", cancellationToken: Ct).GetAsyncEnumerator(Ct);
        while (text.Length == 0 && await updates.MoveNextAsync())
            text += updates.Current.Text;
        var next = updates.MoveNextAsync().AsTask();
        chain.Time.Advance(TimeSpan.FromSeconds(30));

        var broken = (await next.Invoking(static n => n).Should().ThrowAsync<LlmStreamInterruptedException>()).Which;
        (broken.TextSoFar, broken.Attempt.Kind).Should().Be(("One ", LlmFaultKind.Timeout));
    }

    [Theory]
    [InlineData(ModelApi.OpenAi, "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "30s")]
    [InlineData(ModelApi.OpenAi, "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", "30s")]
    [InlineData(ModelApi.Anthropic, "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset", "2026-01-15T12:00:30Z")]
    [InlineData(ModelApi.Anthropic, "anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset", "2026-01-15T12:00:30Z")]
    [Guarantee("LlmFallback", 13)]
    public async Task A_model_whose_headers_say_that_nothing_is_left_is_not_asked_until_its_reset(ModelApi api, string remaining, string reset, string at)
    {
        await using var chain = new ChainOfTwo(loopback, api);
        chain.First.Next(ModelAnswer.Text("The last.").With(remaining, "0").With(reset, at)).Always(ModelAnswer.Text("From the first."));
        chain.Next.Always(ModelAnswer.Text("From the next."));

        (await chain.AskAsync(streamed: true)).Response!.Text.Should().Be("The last.");
        (await chain.AskAsync(streamed: true)).Response!.Text.Should().Be("From the next.");
        chain.Time.Advance(TimeSpan.FromSeconds(30));
        (await chain.AskAsync(streamed: true)).Response!.Text.Should().Be("From the first.");
    }

    [Theory]
    [EachApi]
    public async Task Where_nobody_listens_no_TLS_is_spoken_or_no_such_host_is_the_network_is_at_fault(ModelApi api)
    {
        var gone = await ModelServer.StartAsync(ct: Ct);
        await gone.DisposeAsync();
        foreach (var address in new[] { gone.Address, new UriBuilder(loopback.Server.Address) { Scheme = "https" }.Uri, new Uri("http://models.invalid/") })
        {
            using var nobody = new ModelClients(address);
            await using var chain = new ChainOfTwo(loopback, api, c => c.LastResort = (_, _) => default, clients: nobody);
            var (_, exception) = await chain.AskAsync(streamed: false);
            exception.Should().BeOfType<LlmFallbackException>().Which.Attempts.Select(static a => (a.Model, a.Kind)).Should()
                .Equal(("first", LlmFaultKind.Network), ("first", LlmFaultKind.Network), ("next", LlmFaultKind.Network), ("next", LlmFaultKind.Network));
        }
    }

    [Theory]
    [MemberData(nameof(ToldByExceptions))]
    [Guarantee("LlmFallback", 2)]
    public async Task Without_the_handler_the_SDKs_exceptions_tell(string row)
    {
        var evidence = EvidenceTable.Rows[row];
        using var clients = new ModelClients(loopback.Server.Address, wire: false);
        await using var chain = new ChainOfTwo(loopback, evidence.Api, c => c.RetryDelay = TimeSpan.FromTicks(1), clients: clients, all: static all => all.ReadException<ClientResultException>(Read));
        chain.First.Always(evidence.Reply);

        await chain.AskAsync(streamed: false);

        chain.Next.Asked.Should().Be(evidence.NextAsked ? 1 : 0);
        chain.Log.Lines.Should().Contain(line => line.Contains("Model first of") && line.Contains(evidence.Kind.ToString()));

        static LlmEvidence? Read(ClientResultException exception) => exception.GetRawResponse() is { } response
            ? new(null, response.Status, response.Headers.ToDictionary(static h => h.Key, static h => h.Value, StringComparer.OrdinalIgnoreCase), response.Content.ToMemory(), exception)
            : null;
    }
}
