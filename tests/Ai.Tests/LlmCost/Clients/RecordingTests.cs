using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Recording reaches the caller in no way: neither as an exception, nor as another answer, nor as what the metrics show of tenants.</summary>
public sealed class RecordingTests(CostFixture costs) : IClassFixture<CostFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Guarantee("LlmCost", 1)]
    public async Task A_ledger_whose_database_is_away_fails_no_call(bool streamed)
    {
        await using var away = costs.Host.Other(connectionString: "Host=127.0.0.1;Port=1;Username=nobody;Timeout=1");
        var client = new LlmCostChatClient(new CannedChatClient(new() { InputTokenCount = 1 }, "m", "an ", "answer"), away.Cost, "p");
        using (LlmCostScope.Begin("away"))
            (await TextAsync(client, streamed)).Should().Be("an answer");
    }

    [Fact]
    [Guarantee("LlmCost", 1)]
    public async Task A_reader_of_raw_messages_that_throws_is_logged_and_the_usage_that_came_through_is_booked()
    {
        await using var host = costs.Host.Other(static o => o.ReadUsage<string>(static _ => throw new NotSupportedException("no such message")));
        var client = new LlmCostChatClient(new RawChatClient(), host.Cost, "p");
        using (LlmCostScope.Begin("raw"))
            await client.GetResponseAsync("hi", cancellationToken: Ct);
        (await host.RowsAsync("raw")).Should().ContainSingle().Which.Buckets.Should().Equal(new Dictionary<LlmBucket, long> { [LlmBucket.Input] = 3 });
        host.Log.Lines.Should().Contain(line => line.StartsWith("Warning: A reader given to LlmCostOptions.ReadUsage failed on a message of p", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_that_are_too_long_to_store_are_cut_and_the_call_is_booked()
    {
        var client = new LlmCostChatClient(new CannedChatClient(new() { InputTokenCount = 3 }, new string('m', 300)), costs.Host.Cost, "p");
        using (LlmCostScope.Begin("long"))
            await client.GetResponseAsync("hi", cancellationToken: Ct);
        (await costs.Host.RowsAsync("long")).Should().ContainSingle().Which.Model.Should().Be(new string('m', 200));
    }

    [Fact]
    public async Task Metrics_count_tokens_and_money_by_provider_model_and_feature_and_never_by_tenant()
    {
        var model = "gpt-5-metrics-" + Guid.CreateVersion7();
        var seen = new ConcurrentBag<(string Name, double Value, KeyValuePair<string, object?>[] Tags)>();
        using var listener = Listen((instrument, value, tags) => seen.Add((instrument.Name, value, tags)));
        var client = new LlmCostChatClient(new CannedChatClient(new() { InputTokenCount = 1_000, CachedInputTokenCount = 400, OutputTokenCount = 50 }, model), costs.Host.Cost, "openai");
        using (LlmCostScope.Begin("metrics", "chat"))
            await client.GetResponseAsync("hi", new() { ModelId = "asked" }, Ct);

        var ours = seen.Where(measured => measured.Tags.Any(tag => model.Equals(tag.Value))).ToList();
        ours.Select(static measured => (measured.Name, measured.Value)).Should().BeEquivalentTo([
            ("gen_ai.client.token.usage", 1_000), ("gen_ai.client.token.usage", 50),
            ("patterns.llm_cost.tokens", 600), ("patterns.llm_cost.tokens", 400), ("patterns.llm_cost.tokens", 50),
            ("patterns.llm_cost.usd", 0.000_75 + 0.000_05 + 0.000_5)]);
        ours.SelectMany(static measured => measured.Tags).Select(static tag => tag.Value).Should().NotContain("metrics").And.Contain("chat");
        ours.Where(static measured => measured.Name == "gen_ai.client.token.usage")
            .Select(static measured => string.Join(' ', measured.Tags.Select(static tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal)))
            .Should().BeEquivalentTo(new[] { "input", "output" }.Select(type =>
                $"gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=asked gen_ai.response.model={model} gen_ai.token.type={type}"));
    }

    [Fact]
    [Guarantee("LlmCost", 10)]
    public async Task Metrics_count_calls_that_have_no_tenant_and_those_that_have_no_price()
    {
        var provider = "nobodys-" + Guid.CreateVersion7();
        var seen = new ConcurrentBag<string>();
        using var listener = Listen((instrument, _, tags) =>
        {
            if (tags.Any(tag => provider.Equals(tag.Value)))
                seen.Add(instrument.Name);
        });

        await new LlmCostChatClient(new CannedChatClient(new() { InputTokenCount = 1 }), costs.Host.Cost, provider).GetResponseAsync("hi", cancellationToken: Ct);

        seen.Should().BeEquivalentTo("patterns.llm_cost.unattributed", "patterns.llm_cost.unpriced", "patterns.llm_cost.tokens", "gen_ai.client.token.usage");
    }

    [Fact]
    public void A_price_is_found_without_an_allocation()
    {
        var call = new LlmCall("t", Guid.CreateVersion7(), "openai", "gpt-5-2025-08-07", new() { Input = 1_204, CacheRead = 8_192, Output = 412 });
        costs.Host.Cost.Price(call).Should().NotBeNull();
        Allocated(() => costs.Host.Cost.Price(call)).Should().Be(0);
    }

    // With what the queue takes, which is about 500 bytes of it.
    [Theory]
    [InlineData(false, 1_024)]
    [InlineData(true, 1_400)]
    public void The_client_adds_about_a_KiB_to_a_call_and_nothing_to_a_streamed_update(bool streamed, int most)
    {
        using var scope = LlmCostScope.Begin("allocation", "chat");
        long Added(int pieces)
        {
            var plain = new CannedChatClient(new() { InputTokenCount = 12, OutputTokenCount = 5 }, "m", [.. Enumerable.Repeat("word ", pieces)]);
            var tracked = new LlmCostChatClient(plain, costs.Host.Cost, "p");
            return Allocated(() => Ask(tracked, streamed)) - Allocated(() => Ask(plain, streamed));
        }

        Added(2).Should().BeLessThanOrEqualTo(most);
        if (streamed)
            (Added(102) - Added(2)).Should().BeLessThan(100);
    }

    [Theory]
    [InlineData("", "standard")]
    [InlineData("openai", "cheap")]
    public void A_client_of_no_provider_or_of_an_unknown_tier_is_refused(string provider, string tier) =>
        ((Func<object>)(() => new LlmCostChatClient(new CannedChatClient(null), costs.Host.Cost, provider, tier))).Should().Throw<ArgumentException>();

    private static MeterListener Listen(Action<Instrument, double, KeyValuePair<string, object?>[]> measured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Meter.Name == "Patterns.LlmCost")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured(instrument, value, tags.ToArray()));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured(instrument, value, tags.ToArray()));
        listener.Start();
        return listener;
    }

    private static async Task<string> TextAsync(IChatClient client, bool streamed) => streamed
        ? string.Concat(await client.GetStreamingResponseAsync("hi", cancellationToken: Ct).Select(static update => update.Text).ToListAsync(Ct))
        : (await client.GetResponseAsync("hi", cancellationToken: Ct)).Text;

    private static void Ask(IChatClient client, bool streamed)
    {
        // All of it is done when the call returns, on this thread.
        var done = streamed ? client.GetStreamingResponseAsync("hi", cancellationToken: Ct).CountAsync(Ct).AsTask().IsCompletedSuccessfully : client.GetResponseAsync("hi", cancellationToken: Ct).IsCompletedSuccessfully;
        done.Should().BeTrue();
    }

    /// <summary>The managed bytes that one run takes, the least of many: the first ones also fill caches.</summary>
    private static long Allocated(Action run)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 50; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    /// <summary>An adapter whose messages of the SDK are texts.</summary>
    private sealed class RawChatClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse([]) { Usage = new() { InputTokenCount = 3 }, RawRepresentation = "raw" });

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
