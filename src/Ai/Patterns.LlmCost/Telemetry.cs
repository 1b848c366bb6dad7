using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Patterns.LlmCost;

/// <summary>What operators see: tokens and money by provider, model and feature, never by tenant, and what could not be booked or priced.</summary>
internal static class Telemetry
{
    public const string Name = "Patterns.LlmCost";

    public static readonly ActivitySource Source = new(Name);
    public static readonly Meter Meter = new(Name);

    // Its name, tags and bounds are those of the GenAI semantic conventions (OpenTelemetry, in Development).
    private static readonly Histogram<long> TokenUsage = Meter.CreateHistogram(
        "gen_ai.client.token.usage",
        "{token}",
        "Input and output tokens of a call.",
        tags: null,
        new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864] });

    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("patterns.llm_cost.tokens", "{token}", "Tokens by provider, model, feature and bucket.");
    private static readonly Counter<double> Usd = Meter.CreateCounter<double>("patterns.llm_cost.usd", "USD", "What calls cost, by provider, model and feature. The ledger's rows are exact; this is for graphs.");
    private static readonly Counter<long> Unpriced = Meter.CreateCounter<long>("patterns.llm_cost.unpriced", "{call}", "Calls whose model had no price when they ended.");
    private static readonly Counter<long> Unattributed = Meter.CreateCounter<long>("patterns.llm_cost.unattributed", "{call}", "Calls without a usable tenant.");
    private static readonly Counter<long> NotBooked = Meter.CreateCounter<long>("patterns.llm_cost.not_booked", "{call}", "Calls that could not be handed to the ledger.");

    private static readonly UpDownCounter<long> QueueDepth = Meter.CreateUpDownCounter<long>("patterns.llm_cost.queue.depth", "{call}", "Calls that wait in memory to be booked.");
    private static readonly Counter<long> Spilled = Meter.CreateCounter<long>("patterns.llm_cost.spilled", "{call}", "Calls that were written to the spill file.");
    private static readonly Counter<long> Rejected = Meter.CreateCounter<long>("patterns.llm_cost.rejected", "{call}", "Queued calls that the database refused for good.");

    /// <summary>Whether anybody listens to what a call used.</summary>
    public static bool CountsCalls => TokenUsage.Enabled || Tokens.Enabled || Usd.Enabled || Unpriced.Enabled;

    public static void CountCall(LlmCall call, string operation, string? asked, PicoUsd? cost)
    {
        var provider = new KeyValuePair<string, object?>("gen_ai.provider.name", call.Provider);
        var model = new KeyValuePair<string, object?>("gen_ai.response.model", call.Model);
        var feature = new KeyValuePair<string, object?>("patterns.feature", call.Feature);
        if (TokenUsage.Enabled && call.State == LlmCallState.Settled)
        {
            // What was estimated is left out, as the conventions have it.
            var tags = new TagList { provider, model, { "gen_ai.operation.name", operation }, { "gen_ai.request.model", asked ?? call.Model } };
            Record(call.Usage.InputTokens, "input", tags);
            Record(call.Usage.OutputTokens, "output", tags);
        }

        if (Tokens.Enabled)
        {
            for (var bucket = LlmBucket.Input; bucket <= LlmBucket.OutputImage; bucket++)
            {
                if (call.Usage[bucket] is > 0 and var count)
                    Tokens.Add(count, provider, model, feature, new("patterns.bucket", BucketNames.Of(bucket)));
            }
        }

        if (cost is { } known)
            Usd.Add((double)known.Value / 1e12, provider, model, feature);
        else
            Unpriced.Add(1, provider, model, feature);
    }

    public static void CountUnattributed(string provider) => Unattributed.Add(1, new KeyValuePair<string, object?>("gen_ai.provider.name", provider));

    public static void CountNotBooked(string provider) => NotBooked.Add(1, new KeyValuePair<string, object?>("gen_ai.provider.name", provider));

    public static void CountQueued(int calls) => QueueDepth.Add(calls);

    public static void CountSpilled() => Spilled.Add(1);

    public static void CountRejected() => Rejected.Add(1);

    private static void Record(long tokens, string type, TagList tags)
    {
        if (tokens == 0)
            return;
        tags.Add("gen_ai.token.type", type);
        TokenUsage.Record(tokens, tags);
    }
}
