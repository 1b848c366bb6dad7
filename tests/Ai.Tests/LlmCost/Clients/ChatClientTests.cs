using LoopbackModels;
using Microsoft.Extensions.AI;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Every call through the client is one row, whatever became of it, by what the official packages read from the wire.</summary>
public sealed class ChatClientTests(CostFixture costs) : IClassFixture<CostFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [EachApi]
    [Guarantee("LlmCost", 4)]
    public async Task An_answer_is_booked_by_the_providers_usage(ModelApi api)
    {
        await foreach (var streamed in new[] { false, true }.ToAsyncEnumerable())
        {
            var tenant = $"usage-{api}-{streamed}";
            costs.Server[tenant].Next(ModelAnswer.Text("It is ", "sunny.") with { Usage = Usage(api) });
            using (LlmCostScope.Begin(tenant, "weather", "usr_1"))
                await AskAsync(costs.Tracked(api, tenant), streamed);

            var row = (await costs.Host.RowsAsync(tenant)).Should().ContainSingle().Subject;
            row.Should().BeEquivalentTo(new { Attempt = 1, State = "settled", Provider = ModelClients.Provider(api), Feature = "weather", UserId = "usr_1", Reasoning = api == ModelApi.Anthropic ? 0L : 10L, Suspect = false });
            row.Model.Should().Be(tenant);
            row.ResponseId.Should().NotBeNullOrEmpty();
            row.Buckets.Should().Equal(Expected(api));
        }
    }

    [Fact]
    [Guarantee("LlmCost", 7)]
    public async Task A_stream_whose_reader_goes_away_is_booked_at_once_as_an_estimate()
    {
        var gate = new Gate();
        costs.Server["left"].Next(ModelAnswer.Text(new string('a', 70), "never read") with { Stall = (1, gate) });
        using (LlmCostScope.Begin("left"))
        {
            await foreach (var update in costs.Tracked(ModelApi.OpenAi, "left").GetStreamingResponseAsync(new string('q', 35), cancellationToken: Ct))
            {
                if (update.Text.Length > 0)
                    break;
            }
        }

        // 35 bytes of request and 70 of answer, by 3.5.
        gate.Release();
        (await costs.Host.RowsAsync("left")).Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            State = "estimated",
            Model = "left",
            Buckets = new Dictionary<LlmBucket, long> { [LlmBucket.Input] = 10, [LlmBucket.Output] = 20 },
        });
    }

    [Fact]
    [Guarantee("LlmCost", 7)]
    public async Task A_cancelled_stream_is_an_estimate_that_the_real_usage_replaces()
    {
        var gate = new Gate();
        costs.Server["cancelled"].Next(ModelAnswer.Text(new string('a', 70), "never sent") with { Stall = (1, gate) });
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var call = Guid.CreateVersion7();
        var read = async () =>
        {
            var options = new ChatOptions { AdditionalProperties = new() { ["patterns.tenant"] = "cancelled", ["patterns.call_id"] = call, ["patterns.attempt"] = 2 } };
            await foreach (var update in costs.Tracked(ModelApi.OpenAi, "cancelled").GetStreamingResponseAsync("hi", options, cancelled.Token))
            {
                if (update.Text.Length > 0)
                    await cancelled.CancelAsync();
            }
        };
        await read.Should().ThrowAsync<OperationCanceledException>();
        gate.Release();
        (await costs.Host.RowsAsync("cancelled")).Should().ContainSingle().Which.Should().BeEquivalentTo(new { CallId = call, Attempt = 2, State = "estimated" });

        var late = new LlmCall("cancelled", call, "openai", "gpt-5", new LlmUsage { Input = 8, Output = 25 }) { Attempt = 2, Revision = 1 };
        await costs.Host.Cost.RecordAsync(late, Ct);
        (await costs.Host.RowsAsync("cancelled")).Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            State = "settled",
            Buckets = new Dictionary<LlmBucket, long> { [LlmBucket.Input] = 8, [LlmBucket.Output] = 25 },
            PicoUsd = (8 * 1_250_000m) + (25 * 10_000_000m),
        });
    }

    [Fact]
    [Guarantee("LlmCost", 7)]
    public async Task What_the_first_event_of_a_broken_Anthropic_stream_told_of_the_input_is_kept()
    {
        var usage = new ModelUsage { Input = 100, CacheRead = 40, CacheWrite5m = 7, CacheWrite1h = 9, Output = 30 };
        costs.Server["broken"].Next(ModelAnswer.Text(new string('a', 35), new string('b', 35), "c") with { Usage = usage, Fails = (2, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""") });
        using (LlmCostScope.Begin("broken"))
            await ((Func<Task>)(() => AskAsync(costs.Tracked(ModelApi.Anthropic, "broken"), streamed: true))).Should().ThrowAsync<Exception>();

        var row = (await costs.Host.RowsAsync("broken")).Should().ContainSingle().Subject;
        row.State.Should().Be("estimated");
        row.Buckets.Should().Equal(new Dictionary<LlmBucket, long>
        {
            [LlmBucket.Input] = 100, [LlmBucket.CacheRead] = 40, [LlmBucket.CacheWrite5m] = 7, [LlmBucket.CacheWrite1h] = 9, [LlmBucket.Output] = Math.Max(20, row.Buckets[LlmBucket.Output]),
        });
    }

    [Fact]
    public async Task A_stream_that_ends_without_usage_is_an_estimate()
    {
        costs.Server["silent"].Next(ModelAnswer.Text(new string('a', 70)) with { Usage = null });
        using (LlmCostScope.Begin("silent"))
            await AskAsync(costs.Tracked(ModelApi.OpenAi, "silent"), streamed: true);
        (await costs.Host.RowsAsync("silent")).Should().ContainSingle().Which.Should().BeEquivalentTo(new { State = "estimated", Buckets = new Dictionary<LlmBucket, long> { [LlmBucket.Input] = 1, [LlmBucket.Output] = 20 } });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Guarantee("LlmCost", 1)]
    public async Task A_refused_attempt_is_a_row_that_costs_nothing_and_the_callers_own_exception(bool streamed)
    {
        var tenant = $"refused-{streamed}";
        costs.Server[tenant].Next(new ModelError(429, """{"error":{"message":"Slow down","type":"requests","code":"rate_limit_exceeded"}}"""));
        using (LlmCostScope.Begin(tenant))
            await ((Func<Task>)(() => AskAsync(costs.Tracked(ModelApi.OpenAi, tenant), streamed))).Should().ThrowAsync<System.ClientModel.ClientResultException>();
        (await costs.Host.RowsAsync(tenant)).Should().ContainSingle().Which.Should().BeEquivalentTo(new { State = "failed", PicoUsd = 0m, Buckets = new Dictionary<LlmBucket, long>() });
    }

    [Fact]
    public async Task Each_attempt_of_a_call_is_a_row_of_its_own()
    {
        costs.Server["attempts"].Next(new ModelError(500, "{}"), ModelAnswer.Text("ok"));
        var client = costs.Tracked(ModelApi.OpenAi, "attempts");
        client.GetService(typeof(IChatClient), "patterns.call_id").Should().BeSameAs(client);
        var call = Guid.CreateVersion7();
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var options = new ChatOptions { AdditionalProperties = new() { ["patterns.tenant"] = "attempts", ["patterns.call_id"] = call.ToString(), ["patterns.attempt"] = attempt } };
            try
            {
                await client.GetResponseAsync("hi", options, Ct);
            }
            catch (System.ClientModel.ClientResultException) when (attempt == 1)
            {
            }
        }

        (await costs.Host.RowsAsync("attempts")).Select(static row => (row.CallId, row.Attempt, row.State)).Should().Equal((call, 1, "failed"), (call, 2, "settled"));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_is_made_is_no_row()
    {
        using (LlmCostScope.Begin("never"))
            await ((Func<Task>)(() => costs.Tracked(ModelApi.OpenAi, "never").GetResponseAsync("hi", cancellationToken: new CancellationToken(canceled: true)))).Should().ThrowAsync<OperationCanceledException>();
        (await costs.Host.RowsAsync("never")).Should().BeEmpty();
    }

    [Fact]
    public async Task Embeddings_are_booked_too()
    {
        costs.Server["embed"].Next(new ModelAnswer { Vectors = [[1, 2]], Usage = new() { Input = 5 } });
        using var generator = new LlmCostEmbeddingGenerator<string, Embedding<float>>(costs.Clients.OpenAiEmbeddings("embed"), costs.Host.Cost, "openai");
        using (LlmCostScope.Begin("embed", "search"))
            await generator.GenerateAsync(["a"], cancellationToken: Ct);
        (await costs.Host.RowsAsync("embed")).Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { State = "settled", Provider = "openai", Model = "embed", Feature = "search", Buckets = new Dictionary<LlmBucket, long> { [LlmBucket.Input] = 5 } });
    }

    private static async Task AskAsync(IChatClient client, bool streamed)
    {
        if (!streamed)
            await client.GetResponseAsync("hi", cancellationToken: Ct);
        else
            await client.GetStreamingResponseAsync("hi", cancellationToken: Ct).ToListAsync(Ct);
    }

    private static ModelUsage Usage(ModelApi api) => new()
    {
        Input = 100, CacheRead = 40, Output = 30, Reasoning = 10, CacheWrite5m = api == ModelApi.Anthropic ? 7 : 0, CacheWrite1h = api == ModelApi.Anthropic ? 9 : 0,
    };

    private static Dictionary<LlmBucket, long> Expected(ModelApi api) => api == ModelApi.Anthropic
        ? new() { [LlmBucket.Input] = 100, [LlmBucket.CacheRead] = 40, [LlmBucket.CacheWrite5m] = 7, [LlmBucket.CacheWrite1h] = 9, [LlmBucket.Output] = 30 }
        : new() { [LlmBucket.Input] = 100, [LlmBucket.CacheRead] = 40, [LlmBucket.Output] = 30 };
}
