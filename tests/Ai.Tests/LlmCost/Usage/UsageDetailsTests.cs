using Microsoft.Extensions.AI;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>What adapters put into <see cref="UsageDetails"/> becomes disjoint buckets, whatever names they use for what it has no member for.</summary>
public sealed class UsageDetailsTests(CostFixture costs) : IClassFixture<CostFixture>
{
    public static TheoryData<string, UsageDetails, LlmUsage> Adapters => new()
    {
        {
            "Microsoft's for OpenAI",
            new()
            {
                InputTokenCount = 1_000, OutputTokenCount = 300, TotalTokenCount = 1_300, CachedInputTokenCount = 400, ReasoningTokenCount = 120,
                AdditionalCounts = new() { ["InputTokenDetails.AudioTokenCount"] = 50, ["OutputTokenDetails.AudioTokenCount"] = 30, ["OutputTokenDetails.AcceptedPredictionTokenCount"] = 7 },
            },
            new() { Input = 550, CacheRead = 400, InputAudio = 50, Output = 270, OutputAudio = 30, Reasoning = 120 }
        },
        {
            "Microsoft's for OpenAI, before the members for caches and reasoning",
            new() { InputTokenCount = 1_000, OutputTokenCount = 300, TotalTokenCount = 1_300, AdditionalCounts = new() { ["InputTokenDetails.CachedTokenCount"] = 400, ["OutputTokenDetails.ReasoningTokenCount"] = 120 } },
            new() { Input = 600, CacheRead = 400, Output = 300, Reasoning = 120 }
        },
        {
            "Anthropic's, whose written caches are one count",
            new() { InputTokenCount = 1_000, CachedInputTokenCount = 700, OutputTokenCount = 50, TotalTokenCount = 1_050, AdditionalCounts = new() { ["CacheCreationInputTokens"] = 200, ["WebSearchRequests"] = 2 } },
            new() { Input = 100, CacheRead = 700, CacheWrite5m = 200, Output = 50, WebSearches = 2 }
        },
        {
            "one that copies Anthropic's wire, whose input leaves the caches out",
            new() { InputTokenCount = 100, OutputTokenCount = 50, AdditionalCounts = new() { ["CacheCreationInputTokens"] = 200, ["CacheReadInputTokens"] = 700 } },
            new() { Input = 100, CacheRead = 700, CacheWrite5m = 200, Output = 50 }
        },
        {
            "one for Gemini, whose thoughts and tool prompts are in the total only",
            new()
            {
                InputTokenCount = 100, OutputTokenCount = 20, TotalTokenCount = 195,
                AdditionalCounts = new() { ["CachedContentTokenCount"] = 40, ["ThoughtsTokenCount"] = 70, ["ToolUsePromptTokenCount"] = 5 },
            },
            new() { Input = 65, CacheRead = 40, Output = 90, Reasoning = 70 }
        },
    };

    [Theory]
    [MemberData(nameof(Adapters))]
    [Guarantee("LlmCost", 4)]
    public async Task Each_adapters_counts_become_disjoint(string adapter, UsageDetails details, LlmUsage expected)
    {
        var row = await BookAsync(adapter, details);
        row.Suspect.Should().BeFalse();
        row.Reasoning.Should().Be(expected.Reasoning);
        row.Buckets.Should().Equal(Enum.GetValues<LlmBucket>().Where(bucket => expected[bucket] > 0).ToDictionary(static bucket => bucket, bucket => expected[bucket]));
    }

    [Fact]
    [Guarantee("LlmCost", 4)]
    public async Task Counts_that_contradict_each_other_are_booked_marked_and_warned_of()
    {
        var row = await BookAsync("contradiction", new() { InputTokenCount = 10, CachedInputTokenCount = 40, OutputTokenCount = -3 });
        row.Suspect.Should().BeTrue();
        row.Buckets.Should().Equal(new Dictionary<LlmBucket, long> { [LlmBucket.CacheRead] = 40 });
        costs.Host.Log.Lines.Should().Contain(line => line.StartsWith("Warning: The usage that p told for model contradiction contradicts itself (cached tokens exceed the 10 input tokens)", StringComparison.Ordinal));
    }

    private async Task<BookedCall> BookAsync(string name, UsageDetails details)
    {
        var client = new LlmCostChatClient(new CannedChatClient(details, name), costs.Host.Cost, "p");
        using (LlmCostScope.Begin(name))
            await client.GetResponseAsync("hi", cancellationToken: TestContext.Current.CancellationToken);
        return (await costs.Host.RowsAsync(name)).Should().ContainSingle().Subject;
    }
}
