using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>The package and @pydantic/genai-prices of npm charge the same for the same usage, over the whole of that one's catalogue.</summary>
public sealed class CatalogueTests(PostgresDatabase database, Peers peers) : IClassFixture<PostgresDatabase>
{
    private const int Seed = 20_261_122;
    private const int Usages = 10_000;
    private const decimal Tolerance = 0.000_000_000_001m;

    [Fact]
    [Guarantee("LlmCost", 5)]
    public async Task Ten_thousand_usages_cost_what_genai_prices_says()
    {
        var catalogue = (await peers.CallAsync("genaiPrices.catalogue", new { }))!;
        await using var host = await CostHost.NewAsync(database.ConnectionString, example: false);
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(catalogue.ToJsonString()));
        (await host.Ledger.ImportPricesAsync(file, cancellationToken: TestContext.Current.CancellationToken)).Added.Should().BeGreaterThan(5_000);

        var random = new Random(Seed);
        var models = catalogue["prices"]!.AsArray().Select(static entry => entry!).ToList();
        var drawn = Enumerable.Range(0, Usages).Select(_ => Draw(random, models[random.Next(models.Count)])).ToList();
        var answer = await peers.CallAsync("genaiPrices.price", new
        {
            calls = drawn.Select(static call => new { provider = call.Provider, model = call.Model, day = call.StartedAt!.Value.ToString("O", CultureInfo.InvariantCulture), usage = Theirs(call.Usage) }),
        });
        var wrong = drawn.Zip(answer!.AsArray(), (call, theirs) => (call, Ours: host.Cost.Price(call)?.ToUsd(), Theirs: (decimal)(double)theirs!))
            .Where(static pair => pair.Ours is not { } ours || Math.Abs(ours - pair.Theirs) > Tolerance)
            .Take(5);
        wrong.Should().BeEmpty($"the seed was {Seed}");
    }

    private static LlmCall Draw(Random random, JsonNode entry)
    {
        var prices = entry["usd_per_million"]!.AsObject();
        var spoken = random.Next(4) == 0;

        // Above and below every threshold of the catalogue.
        long Count(string bucket, int most = 400_000) => prices.ContainsKey(bucket) && random.Next(3) > 0 ? random.Next(1, most) : 0;
        var usage = new LlmUsage
        {
            Input = random.Next(400_000),
            CacheRead = spoken ? 0 : Count("cache_read"),
            CacheWrite5m = spoken ? 0 : Count("cache_write_5m"),
            CacheWrite1h = spoken ? 0 : Count("cache_write_1h"),
            InputAudio = spoken ? Count("input_audio") : 0,
            InputImage = spoken ? Count("input_image") : 0,
            Output = Count("output"),
            OutputAudio = spoken ? Count("output_audio", 50_000) : 0,
            OutputImage = spoken ? Count("output_image", 50_000) : 0,
            WebSearches = Count("web_search", 5),
        };
        var day = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(1_000_000));
        return new("t", Guid.CreateVersion7(day), (string)entry["provider"]!, (string)entry["models"]![0]!, usage) { StartedAt = day };
    }

    // Its totals hold their parts.
    private static Dictionary<string, long> Theirs(LlmUsage usage) => new(StringComparer.Ordinal)
    {
        ["input_tokens"] = usage.InputTokens,
        ["cache_read_tokens"] = usage.CacheRead,
        ["cache_write_tokens"] = usage.CacheWrite5m + usage.CacheWrite1h,
        ["cache_write_1h_tokens"] = usage.CacheWrite1h,
        ["input_audio_tokens"] = usage.InputAudio,
        ["input_image_tokens"] = usage.InputImage,
        ["output_tokens"] = usage.OutputTokens,
        ["output_audio_tokens"] = usage.OutputAudio,
        ["output_image_tokens"] = usage.OutputImage,
        ["web_searches"] = usage.WebSearches,
    };
}
