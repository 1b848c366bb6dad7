using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>What a usage costs by the prices that the providers publish, counted by hand, to the micro-dollar and beyond. The pages: see the sources of the example file.</summary>
public sealed class PublishedPriceTests(CostFixture costs) : IClassFixture<CostFixture>
{
    public static TheoryData<string, string, string, LlmUsage, decimal> Published => new()
    {
        // platform.claude.com/docs/en/about-claude/pricing, "Model pricing": Sonnet 4.6 3, 3.75, 6, 0.30 and 15 USD. Cache writes of both lives, reads and thinking (which is output).
        { "anthropic", "claude-sonnet-4-6-20260217", "standard", new() { Input = 1_234, CacheRead = 90_000, CacheWrite5m = 2_048, CacheWrite1h = 4_096, Output = 1_500, Reasoning = 900 }, 0.003_702m + 0.027m + 0.007_68m + 0.024_576m + 0.022_5m },

        // The same page, "Batch processing": half of every price.
        { "anthropic", "claude-opus-4-8", "batch", new() { Input = 10_001, CacheRead = 3, CacheWrite1h = 1_000, Output = 777 }, 0.025_002_5m + 0.000_000_75m + 0.005m + 0.009_712_5m },

        // The same page: cache reads of Fable 5.1 cost a fortieth of its input, and web searches 10 USD for a thousand.
        { "anthropic", "claude-fable-5-1", "standard", new() { Input = 100, CacheRead = 1_000_000, Output = 10, WebSearches = 3 }, 0.001m + 0.25m + 0.000_5m + 0.03m },

        // The same page, "Long context pricing": above 200,000 input tokens, cached ones counted, the whole request of Sonnet 4.5 costs the higher prices, output too.
        { "anthropic", "claude-sonnet-4-5-20250929", "standard", new() { Input = 1_000, CacheRead = 199_000, Output = 100 }, 0.003m + 0.059_7m + 0.001_5m },
        { "anthropic", "claude-sonnet-4-5-20250929", "standard", new() { Input = 1_001, CacheRead = 199_000, Output = 100 }, 0.006_006m + 0.119_4m + 0.002_25m },

        // developers.openai.com/api/docs/pricing: GPT-5 1.25, cached 0.125 and 10 USD. Reasoning is output.
        { "openai", "gpt-5-2025-08-07", "standard", new() { Input = 1_111, CacheRead = 8_192, Output = 2_000, Reasoning = 1_920 }, 0.001_388_75m + 0.001_024m + 0.02m },

        // The same page, "Batch" and "Priority": GPT-5 0.625, 0.0625 and 5 USD; 2.50, 0.25 and 20 USD.
        { "openai", "gpt-5-2025-08-07", "batch", new() { Input = 1_111, CacheRead = 8_192, Output = 2_000 }, 0.000_694_375m + 0.000_512m + 0.01m },
        { "openai", "gpt-5", "priority", new() { Input = 1_111, CacheRead = 8_192, Output = 2_000 }, 0.002_777_5m + 0.002_048m + 0.04m },

        // developers.openai.com/api/docs/models/gpt-realtime-1.5: text 4, 0.40 and 16, audio 32 and 64, images 5 USD.
        { "openai", "gpt-realtime-1.5", "standard", new() { Input = 150, CacheRead = 640, InputAudio = 1_200, InputImage = 85, Output = 60, OutputAudio = 2_345 }, 0.000_6m + 0.000_256m + 0.038_4m + 0.000_425m + 0.000_96m + 0.150_08m },

        // developers.openai.com/api/docs/pricing: GPT-5.4 above 272,000 input tokens 5, 0.50 and 22.50 USD; embeddings 0.02 USD.
        { "openai", "gpt-5.4", "standard", new() { Input = 272_000, Output = 1_000 }, 0.68m + 0.015m },
        { "openai", "gpt-5.4", "standard", new() { Input = 272_001, Output = 1_000 }, 1.360_005m + 0.022_5m },
        { "openai", "text-embedding-3-small", "standard", new() { Input = 7 }, 0.000_000_14m },

        // ai.google.dev/gemini-api/docs/pricing: 2.5 Pro 1.25 to 2.50, cached 0.125 to 0.25 and 10 to 15 USD with thoughts, and 4.50 USD to keep a million tokens for an hour; 2.5 Flash 0.30, audio 1.00, cached 0.03 and 2.50 USD.
        { "gemini", "gemini-2.5-pro", "standard", new() { Input = 1_500, CacheRead = 10_000, Output = 11_000, Reasoning = 10_000, CacheStorageTokenHours = 10_000 }, 0.001_875m + 0.001_25m + 0.11m + 0.045m },
        { "gemini", "gemini-2.5-pro", "standard", new() { Input = 150_000, CacheRead = 60_000, Output = 1_000 }, 0.375m + 0.015m + 0.015m },
        { "gemini", "gemini-2.5-pro", "batch", new() { Input = 1_500, Output = 11_000 }, 0.000_937_5m + 0.055m },
        { "gemini", "gemini-2.5-flash", "standard", new() { Input = 333, CacheRead = 1_000, InputAudio = 960, Output = 21 }, 0.000_099_9m + 0.000_03m + 0.000_96m + 0.000_052_5m },
        { "gemini", "gemini-2.5-flash-image", "standard", new() { Input = 12, OutputImage = 1_290 }, 0.000_003_6m + 0.038_7m },

        // azure.microsoft.com/pricing/details/cognitive-services/openai-service, Global: GPT-4.1 2, 0.50 and 8 USD; batch 1 and 4 USD.
        { "azure", "gpt-4.1-2025-04-14", "standard", new() { Input = 2_007, CacheRead = 1_024, Output = 313 }, 0.004_014m + 0.000_512m + 0.002_504m },
        { "azure", "gpt-4.1-2025-04-14", "batch", new() { Input = 2_007, Output = 313 }, 0.002_007m + 0.001_252m },
    };

    [Theory]
    [MemberData(nameof(Published))]
    [Guarantee("LlmCost", 5)]
    public void A_published_price_comes_out_exactly(string provider, string model, string tier, LlmUsage usage, decimal usd) =>
        costs.Host.Cost.Price(Call(provider, model, usage) with { Tier = tier })!.Value.ToUsd().Should().Be(usd);

    [Fact]
    public void A_region_has_its_own_prices_and_falls_back_to_the_general_ones()
    {
        var usage = new LlmUsage { Input = 1_000_000 };
        decimal? Cost(string model, string region) => costs.Host.Cost.Price(Call("azure", model, usage) with { Region = region })?.ToUsd();
        (Cost("gpt-4.1", "EU"), Cost("gpt-4.1", ""), Cost("gpt-4.1", "jp"), Cost("gpt-4.1-mini", "eu")).Should().Be((2.2m, 2m, 2m, 0.4m));
    }

    [Fact]
    [Guarantee("LlmCost", 5)]
    public void The_price_is_that_of_the_calls_start()
    {
        var usage = new LlmUsage { CacheRead = 1_000_000 };
        decimal? Cost(string at) => costs.Host.Cost.Price(Call("anthropic", "claude-sonnet-5-5", usage) with { StartedAt = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture) })?.ToUsd();
        (Cost("2026-10-06T23:59:59.999Z"), Cost("2026-10-07T00:00:00Z"), Cost("2026-10-06T20:00:00-05:00")).Should().Be((0.2m, 0.1m, 0.1m));
    }

    [Fact]
    public void The_longest_pattern_at_a_boundary_prices_a_model()
    {
        decimal? Cost(string model) => costs.Host.Cost.Price(Call("OpenAI", model, new() { Input = 1_000_000 }))?.ToUsd();
        new[] { "gpt-4o", "gpt-4o-2024-11-20", "gpt-4o-2024-05-13", "gpt-4o-mini-2024-07-18", "GPT-4o@eu", "gpt-4o/x", "gpt-4o:ft", "gpt-4o.1" }.Select(Cost).Should().Equal(2.5m, 2.5m, 5m, 0.15m, 2.5m, 2.5m, 2.5m, 2.5m);
        new[] { "gpt-5.6-terra", "gpt-5.6-luna", "gpt-5.6-sol", "gpt-5.6" }.Select(Cost).Should().Equal(4m, 0.4m, 8m, 8m); // A million tokens are a long context.
        new[] { "gpt-4omni", "gpt-4", "gpt", "", "-", "unknown" }.Select(Cost).Should().AllBeEquivalentTo((decimal?)null);
    }

    [Fact]
    [Guarantee("LlmCost", 6)]
    public async Task A_used_bucket_or_a_tier_without_a_price_leaves_the_call_unpriced_and_kept()
    {
        var flex = Call("anthropic", "claude-opus-5", new() { Input = 1 }) with { TenantId = "unpriced", Tier = "flex" };
        var searched = Call("gemini", "gemini-2.5-pro", new() { Input = 1, WebSearches = 1 }) with { TenantId = "unpriced" };
        (costs.Host.Cost.Price(flex), costs.Host.Cost.Price(searched)).Should().Be((null, null));
        await costs.Host.Cost.RecordAsync(flex, TestContext.Current.CancellationToken);
        await costs.Host.Cost.RecordAsync(searched, TestContext.Current.CancellationToken);
        (await costs.Host.RowsAsync("unpriced")).Select(static row => (row.PicoUsd, row.Buckets[LlmBucket.Input])).Should().Equal((null, 1), (null, 1));
    }

    [Fact]
    public void A_failed_attempt_costs_nothing() =>
        costs.Host.Cost.Price(Call("openai", "gpt-5", new() { Input = 5 }) with { State = LlmCallState.Failed }).Should().Be(PicoUsd.Zero);

    private static LlmCall Call(string provider, string model, LlmUsage usage) => new("t", Guid.CreateVersion7(), provider, model, usage);
}
