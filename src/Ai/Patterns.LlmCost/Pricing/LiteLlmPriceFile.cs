using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Patterns.LlmCost;

/// <summary>
/// The shape of LiteLLM's <c>model_prices_and_context_window.json</c>: an object of models with USD per token. It names no days, and it leaves a price out where the provider has no special one: cache reads, audio
/// and images then cost what text does. Cache writes without a price stay without one, since the providers that count them have one.
/// </summary>
internal static partial class LiteLlmPriceFile
{
    private static readonly Dictionary<string, LlmBucket> Fields = new(StringComparer.Ordinal)
    {
        ["input_cost_per_token"] = LlmBucket.Input,
        ["output_cost_per_token"] = LlmBucket.Output,
        ["cache_read_input_token_cost"] = LlmBucket.CacheRead,
        ["cache_creation_input_token_cost"] = LlmBucket.CacheWrite5m,
        ["cache_creation_input_token_cost_above_1hr"] = LlmBucket.CacheWrite1h,
        ["input_cost_per_audio_token"] = LlmBucket.InputAudio,
        ["output_cost_per_audio_token"] = LlmBucket.OutputAudio,
        ["input_cost_per_image_token"] = LlmBucket.InputImage,
        ["output_cost_per_image_token"] = LlmBucket.OutputImage,
    };

    private static readonly (LlmBucket Bucket, LlmBucket As)[] WithoutOwnPrice =
    [
        (LlmBucket.CacheRead, LlmBucket.Input), (LlmBucket.InputAudio, LlmBucket.Input), (LlmBucket.InputImage, LlmBucket.Input), (LlmBucket.OutputAudio, LlmBucket.Output), (LlmBucket.OutputImage, LlmBucket.Output),
    ];

    public static PriceFile Read(JsonElement root)
    {
        var models = new Dictionary<(string Provider, string Pattern, string Region), Entry>();
        var skipped = new List<string>();
        foreach (var member in root.EnumerateObject())
        {
            // The file's own explanation of its fields.
            if (member.Name == "sample_spec" || member.Value.ValueKind != JsonValueKind.Object)
                continue;

            var entry = new Entry(member.Name, member.Value);
            if (entry.Fault is { } fault)
                skipped.Add($"{member.Name}: {fault}");
            else if (entry.Prices.Count > 0 && !models.TryAdd(entry.Key, entry) && !models[entry.Key].SameAs(entry))
                skipped.Add($"{member.Name}: its prices are not those of {models[entry.Key].Name}, which is the same model; the first was taken.");
        }

        return models.Count > 0
            ? new(Published: null, models.Values.SelectMany(static entry => entry.Rows()).ToList(), skipped)
            : throw new InvalidDataException("The price file has neither this package's 'format' nor models with LiteLLM's 'litellm_provider' and 'input_cost_per_token'.");
    }

    [GeneratedRegex("^(?<field>.+?)(_above_(?<k>[0-9]{1,6})k_tokens)?(_(?<tier>batches|flex|priority))?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FieldName();

    private sealed class Entry
    {
        public Entry(string name, JsonElement fields)
        {
            Name = name;
            var provider = fields.TryGetProperty("litellm_provider", out var said) && said.ValueKind == JsonValueKind.String ? said.GetString()!.ToLowerInvariant() : "";
            Key = Place(provider, name.ToLowerInvariant());
            if (provider.Length > 0 && Key.Pattern.Length is > 0 and <= 200 && !"-.@/:".Contains(Key.Pattern[^1], StringComparison.Ordinal))
                Fault = ReadPrices(fields);
        }

        public string Name { get; }

        public (string Provider, string Pattern, string Region) Key { get; }

        public Dictionary<(string Tier, long Threshold, LlmBucket Bucket), long> Prices { get; } = [];

        public string? Fault { get; }

        public bool SameAs(Entry other) => Prices.Count == other.Prices.Count && Prices.All(price => other.Prices.TryGetValue(price.Key, out var same) && same == price.Value);

        public IEnumerable<PriceRow> Rows() => Prices.Select(price => new PriceRow(Key.Provider, Key.Pattern, price.Key.Tier, Key.Region, price.Key.Threshold, price.Key.Bucket, DateTimeOffset.MinValue, price.Value));

        // LiteLLM writes the provider, and for Azure the region, before the model's id, and has several names for one provider's kinds of models.
        private static (string, string, string) Place(string provider, string name)
        {
            var named = provider switch
            {
                "bedrock_converse" => "bedrock",
                "text-completion-openai" => "openai",
                _ when provider.StartsWith("vertex_ai", StringComparison.Ordinal) => "vertex_ai",
                _ => provider,
            };
            var model = name.StartsWith(named + "/", StringComparison.Ordinal) ? name[(named.Length + 1)..] : name;
            return model.StartsWith("eu/", StringComparison.Ordinal) || model.StartsWith("us/", StringComparison.Ordinal) ? (named, model[3..], model[..2]) : (named, model, "");
        }

        private string? ReadPrices(JsonElement fields)
        {
            foreach (var field in fields.EnumerateObject())
            {
                if (field.Value.ValueKind != JsonValueKind.Number || FieldName().Match(field.Name) is not { Success: true } match || !Fields.TryGetValue(match.Groups["field"].Value, out var bucket))
                    continue;

                var tier = match.Groups["tier"].Value switch { "" => PriceTiers.Standard, "batches" => PriceTiers.Batch, var named => named };
                var threshold = match.Groups["k"].Success ? 1_000 * long.Parse(match.Groups["k"].Value, CultureInfo.InvariantCulture) : 0;
                if (Usd(field.Value) is not (>= 0 and <= 1_000 and var usd) || !PriceAmount.TryMicroUsd(usd * 1_000_000m, out var microUsd))
                    return $"{field.Name} is {field.Value.GetRawText()} USD, which is not a whole number of micro-USD for a million tokens. Import its price in this package's own shape.";

                Prices[(tier, threshold, bucket)] = microUsd;
            }

            if (fields.TryGetProperty("output_cost_per_reasoning_token", out var reasoning) && Usd(reasoning) is { } thought
                && Prices.TryGetValue((PriceTiers.Standard, 0, LlmBucket.Output), out var output) && thought * 1_000_000_000_000m != output)
                return "its reasoning has a price of its own, and reasoning is counted as output here.";

            FillIn();
            AddWebSearch(fields);
            return null;
        }

        private static decimal? Usd(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var usd) ? usd : null;

        private void FillIn()
        {
            var own = Prices.Keys.Select(static key => (key.Tier, key.Bucket)).ToHashSet();
            foreach (var ((tier, threshold, text), price) in Prices.ToList())
            {
                foreach (var (bucket, _) in WithoutOwnPrice.Where(pair => pair.As == text && !own.Contains((tier, pair.Bucket))))
                    Prices[(tier, threshold, bucket)] = price;
            }
        }

        private void AddWebSearch(JsonElement fields)
        {
            if (!fields.TryGetProperty("search_context_cost_per_query", out var search) || search.ValueKind != JsonValueKind.Object)
                return;

            // Where the price depends on the size of the search's context, which no provider's usage tells, there is no price.
            var prices = search.EnumerateObject().Select(static size => Usd(size.Value) ?? -1).Distinct().ToList();
            if (prices is [>= 0 and <= 1_000 and var one] && PriceAmount.TryMicroUsd(one * 1_000_000m, out var microUsd))
            {
                foreach (var tier in Prices.Keys.Select(static key => key.Tier).Distinct(StringComparer.Ordinal).ToList())
                    Prices.TryAdd((tier, 0, LlmBucket.WebSearch), microUsd);
            }
        }
    }
}
