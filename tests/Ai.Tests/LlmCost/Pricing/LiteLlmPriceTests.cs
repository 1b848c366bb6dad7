using System.Text;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>A file of LiteLLM's shape becomes the same prices, exactly.</summary>
public sealed class LiteLlmPriceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string File =
        """
        {
          "sample_spec": {"litellm_provider": "one of ...", "input_cost_per_token": 0.0, "max_tokens": "a text"},
          "claude-x": {"litellm_provider": "anthropic", "mode": "chat", "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05, "cache_creation_input_token_cost": 3.75e-06,
            "cache_creation_input_token_cost_above_1hr": 6e-06, "cache_read_input_token_cost": 3e-07, "input_cost_per_token_above_200k_tokens": 6e-06, "output_cost_per_token_above_200k_tokens": 2.25e-05,
            "cache_read_input_token_cost_above_200k_tokens": 6e-07, "search_context_cost_per_query": {"search_context_size_low": 0.01, "search_context_size_medium": 0.01, "search_context_size_high": 0.01},
            "supports_vision": true},
          "gpt-x": {"litellm_provider": "openai", "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05, "cache_read_input_token_cost": 1.25e-07, "input_cost_per_token_batches": 6.25e-07,
            "output_cost_per_token_batches": 5e-06, "input_cost_per_token_flex": 6.25e-07, "output_cost_per_token_flex": 5e-06, "cache_read_input_token_cost_flex": 6.25e-08, "input_cost_per_token_priority": 2.5e-06,
            "output_cost_per_token_priority": 2e-05, "input_cost_per_audio_token": 3.2e-05},
          "azure/eu/gpt-x": {"litellm_provider": "azure", "input_cost_per_token": 2.2e-06, "output_cost_per_token": 8.8e-06},
          "azure/gpt-x": {"litellm_provider": "azure", "input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},
          "gemini/gem-x": {"litellm_provider": "gemini", "input_cost_per_token": 3e-07, "input_cost_per_audio_token": 1e-06, "output_cost_per_token": 2.5e-06, "output_cost_per_reasoning_token": 2.5e-06},
          "vertex_ai/gem-x": {"litellm_provider": "vertex_ai-language-models", "input_cost_per_token": 1e-06},
          "embed-x": {"litellm_provider": "openai", "input_cost_per_token": 2e-08, "output_cost_per_token": 0.0},
          "thirds": {"litellm_provider": "openai", "input_cost_per_token": 8.333333333333334e-08},
          "thinker": {"litellm_provider": "openai", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06, "output_cost_per_reasoning_token": 3e-06},
          "openai/gpt-x": {"litellm_provider": "openai", "input_cost_per_token": 1e-06},
          "by-image": {"litellm_provider": "openai", "output_cost_per_image": 0.04}
        }
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("LlmCost", 5)]
    public async Task Prices_by_the_token_come_out_exactly_with_caches_tiers_audio_and_long_contexts()
    {
        await using var host = await CostHost.NewAsync(database.ConnectionString, example: false);
        var import = await ImportAsync(host);
        import.Skipped.Should().HaveCount(3).And.Satisfy(
            skipped => skipped.StartsWith("thirds: input_cost_per_token is 8.333333333333334e-08 USD, which is not a whole number of micro-USD", StringComparison.Ordinal),
            skipped => skipped.StartsWith("thinker: its reasoning has a price of its own", StringComparison.Ordinal),
            skipped => skipped.StartsWith("openai/gpt-x: its prices are not those of gpt-x", StringComparison.Ordinal));

        Usd("anthropic", "claude-x", new() { Input = 1_000, CacheRead = 1_000, CacheWrite5m = 1_000, CacheWrite1h = 1_000, Output = 1_000, WebSearches = 1 }).Should().Be(0.003m + 0.000_3m + 0.003_75m + 0.006m + 0.015m + 0.01m);
        Usd("anthropic", "claude-x", new() { Input = 150_000, CacheRead = 50_001, Output = 1_000 }).Should().Be(0.9m + 0.030_000_6m + 0.022_5m);
        Usd("openai", "gpt-x", new() { Input = 1_000, CacheRead = 1_000, InputAudio = 1_000, Output = 1_000 }).Should().Be(0.001_25m + 0.000_125m + 0.032m + 0.01m);
        Usd("openai", "gpt-x", new() { Input = 1_000, Output = 1_000 }, "batch").Should().Be(0.000_625m + 0.005m);
        Usd("openai", "gpt-x", new() { CacheRead = 1_000 }, "flex").Should().Be(0.000_062_5m);
        Usd("openai", "gpt-x", new() { Output = 1_000 }, "priority").Should().Be(0.02m);
        Usd("azure", "gpt-x", new() { Input = 1_000 }, region: "eu").Should().Be(0.002_2m);
        Usd("azure", "gpt-x", new() { Input = 1_000 }, region: "us").Should().Be(0.002m);
        Usd("gemini", "gem-x", new() { Input = 1_000, InputAudio = 1_000, Output = 1_000 }).Should().Be(0.000_3m + 0.001m + 0.002_5m);
        Usd("vertex_ai", "gem-x", new() { Input = 1_000 }).Should().Be(0.001m);
        Usd("openai", "embed-x", new() { Input = 1 }).Should().Be(0.000_000_02m);

        // Where the file has no special price there is none: what is cached costs what text does, in its own tier. Written caches have no such rule.
        Usd("azure", "gpt-x", new() { CacheRead = 1_000 }).Should().Be(0.002m);
        Usd("openai", "gpt-x", new() { CacheRead = 1_000 }, "batch").Should().Be(0.000_625m);
        Usd("azure", "gpt-x", new() { CacheWrite5m = 1 }).Should().BeNull();
        (Usd("openai", "thirds", new() { Input = 1 }), Usd("openai", "by-image", new() { Input = 1 })).Should().Be((null, null));

        decimal? Usd(string provider, string model, LlmUsage usage, string tier = "standard", string region = "") =>
            host.Cost.Price(new LlmCall("t", Guid.CreateVersion7(), provider, model, usage) { Tier = tier, Region = region, StartedAt = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero) })?.ToUsd();
    }

    [Fact]
    public async Task The_same_prices_on_a_later_day_are_unchanged_and_add_no_row()
    {
        await using var host = await CostHost.NewAsync(database.ConnectionString, example: false);
        var first = await ImportAsync(host);
        (first.Changed, first.Unchanged).Should().Be((0, 0));
        var second = await ImportAsync(host, day: 2);
        (second.Added, second.Changed, second.Unchanged).Should().Be((0, 0, first.Added));

        using var dearer = new MemoryStream(Encoding.UTF8.GetBytes(File.Replace("\"azure\", \"input_cost_per_token\": 2e-06", "\"azure\", \"input_cost_per_token\": 4e-06", StringComparison.Ordinal)));

        // Text, and what costs the same as text: what is read from a cache, audio and images.
        var third = await host.Ledger.ImportPricesAsync(dearer, new DateOnly(2026, 5, 3), Ct);
        (third.Added, third.Changed, third.Unchanged).Should().Be((4, 0, first.Added - 4));
    }

    private static Task<PriceImport> ImportAsync(CostHost host, int day = 1) => host.Ledger.ImportPricesAsync(new MemoryStream(Encoding.UTF8.GetBytes(File)), new DateOnly(2026, 5, day), Ct);
}
