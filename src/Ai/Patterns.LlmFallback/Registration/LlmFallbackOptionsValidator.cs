using Microsoft.Extensions.Options;

namespace Patterns.LlmFallback;

internal sealed class LlmFallbackOptionsValidator(ChainNames added) : IValidateOptions<LlmFallbackOptions>
{
    private const int MostModels = 16;
    private const int LongestName = 100;
    private const int MostAttempts = 32;

    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public ValidateOptionsResult Validate(string? name, LlmFallbackOptions options)
    {
        var failures = new OptionFailures();
        foreach (var (chain, settings) in options.Chains)
        {
            ChainName(failures, chain, added.Chats.Contains(chain));
            Chain(failures.Of($"Chain '{chain}'"), settings);
        }
        foreach (var (chain, settings) in options.EmbeddingChains)
        {
            ChainName(failures, chain, added.Embeddings.Contains(chain));
            if (options.Chains.ContainsKey(chain))
                failures.Add($"Two chains are named '{chain}', one of chat models and one of embedding models. Name them apart: operators address chains by name.");
            EmbeddingChain(failures.Of($"Embedding chain '{chain}'"), settings);
        }
        Circuit(failures.Of("LlmFallbackOptions.Circuit"), options.Circuit);
        Rules(failures.Of("LlmFallbackOptions.Rules"), options.Rules);
        return failures.Result;
    }

    private static void ChainName(OptionFailures failures, string chain, bool isAdded)
    {
        if (chain.Length is 0 or > LongestName)
            failures.Add($"A chain is named '{chain}'; a name has 1 to {LongestName} characters.");
        if (!isAdded)
            failures.Add($"Chain '{chain}' was configured, but not by AddLlmFallback, so no client has its name. Name it within AddLlmFallback.");
    }

    private static void Chain(OptionFailures failures, LlmChainOptions chain)
    {
        Models(failures, [.. chain.Models.Select(static m => m.Name)]);
        foreach (var (model, _, options) in chain.Models)
        {
            Model(failures.Of($"model '{model}'"), options);
            if (chain is not { MaxCostPerCall: null, RemainingBudget: null } && options is { Price: not null, MaxOutputTokens: null })
                failures.Of($"model '{model}'").Add($"has a {nameof(options.Price)} but no {nameof(options.MaxOutputTokens)}, without which no call's cost has a limit. Say the most output tokens that it gives.");
        }

        failures.Timer(nameof(chain.TotalTimeout), chain.TotalTimeout, Day);
        failures.Timer(nameof(chain.AttemptTimeout), chain.AttemptTimeout, Day);
        failures.Timer(nameof(chain.FirstTokenTimeout), chain.FirstTokenTimeout, Day);
        failures.Timer(nameof(chain.IdleTimeout), chain.IdleTimeout, Day);
        failures.Timer(nameof(chain.HedgeAfter), chain.HedgeAfter ?? Day, Day);
        failures.Wait(nameof(chain.MaxRateLimitWait), chain.MaxRateLimitWait, Day);
        failures.Wait(nameof(chain.RetryDelay), chain.RetryDelay, Day);
        failures.Wait(nameof(chain.StickyFor), chain.StickyFor, Day);
        failures.Demand(chain.MaxAttempts is >= 1 and <= MostAttempts, nameof(chain.MaxAttempts), chain.MaxAttempts, $"1 to {MostAttempts}");
        failures.Demand(chain.MaxHedgedShare is > 0 and <= 1, nameof(chain.MaxHedgedShare), chain.MaxHedgedShare, "more than 0 and up to 1");
        failures.Demand(chain.MaxCostPerCall is null or >= 0, nameof(chain.MaxCostPerCall), chain.MaxCostPerCall, "0 or more USD, or null for no limit");
        failures.Demand(Enum.IsDefined(chain.Streaming), nameof(chain.Streaming), chain.Streaming, "a value of AfterFirstToken");
        failures.Demand(Enum.IsDefined(chain.ContentFilter), nameof(chain.ContentFilter), chain.ContentFilter, "a value of ContentFilterAction");
    }

    private static void Models(OptionFailures failures, IReadOnlyList<string> names)
    {
        if (names.Count is 0 or > MostModels)
            failures.Add($"has {names.Count} models; it takes 1 to {MostModels}. Add them with Model(...).");
        foreach (var name in names.Where(static n => n.Length is 0 or > LongestName))
            failures.Add($"has a model named '{name}'; a name has 1 to {LongestName} characters.");
        foreach (var twice in names.GroupBy(static n => n, StringComparer.Ordinal).Where(static g => g.Count() > 1))
            failures.Add($"has {twice.Count()} models named '{twice.Key}'. Name each once.");
    }

    private static void Model(OptionFailures failures, LlmModelOptions options)
    {
        failures.Demand(options.Provider is null or { Length: > 0 and <= LongestName }, nameof(options.Provider), options.Provider, $"1 to {LongestName} characters, or null for what the client's metadata say");
        failures.Demand(options.ContextWindow is null or > 0, nameof(options.ContextWindow), options.ContextWindow, "more than 0 tokens, or null for unknown");
        failures.Demand(options.MaxOutputTokens is null or > 0, nameof(options.MaxOutputTokens), options.MaxOutputTokens, "more than 0 tokens, or null for unknown");
        failures.Demand(options.MaxRequestBytes is null or > 0, nameof(options.MaxRequestBytes), options.MaxRequestBytes, "more than 0 bytes, or null for unknown");
        failures.Demand(options.Price is null or { InputPerMillion: >= 0, OutputPerMillion: >= 0 }, nameof(options.Price), options.Price, "prices of 0 or more USD");
        failures.Demand((options.Supports & ~LlmFeatures.All) is LlmFeatures.None, nameof(options.Supports), options.Supports, "values of LlmFeatures");
        foreach (var option in options.UnsupportedOptions.Where(static o => RemovableOption.All.All(r => r.Name != o)))
            failures.Add($"names in {nameof(options.UnsupportedOptions)} '{option}'; it takes {string.Join(", ", RemovableOption.All.Select(static r => r.Name))}.");
    }

    private static void EmbeddingChain(OptionFailures failures, LlmEmbeddingChainOptions chain)
    {
        Models(failures, [.. chain.Models.Select(static m => m.Name)]);
        failures.Timer(nameof(chain.TotalTimeout), chain.TotalTimeout, Day);
        failures.Demand(chain.MaxAttempts is >= 1 and <= MostAttempts, nameof(chain.MaxAttempts), chain.MaxAttempts, $"1 to {MostAttempts}");
        foreach (var model in chain.Models.Where(static m => m.Space.Length is 0 or > LongestName))
            failures.Add($"has the embedding space '{model.Space}' at model '{model.Name}'; it takes 1 to {LongestName} characters.");
        var spaces = chain.Models.Select(static m => m.Space).Distinct(StringComparer.Ordinal).ToList();
        if (spaces.Count > 1)
            failures.Add($"mixes the embedding spaces {string.Join(", ", spaces.Select(static s => $"'{s}'"))}. Vectors of two spaces cannot be compared: make a chain for each.");
    }

    private static void Circuit(OptionFailures failures, LlmCircuitOptions circuit)
    {
        failures.Demand(circuit.Window >= TimeSpan.FromSeconds(1) && circuit.Window <= TimeSpan.FromHours(1), nameof(circuit.Window), circuit.Window, "1 s to 1 hour");
        failures.Demand(circuit.MinimumCalls is >= 1 and <= 10_000, nameof(circuit.MinimumCalls), circuit.MinimumCalls, "1 to 10,000");
        failures.Demand(circuit.FailureRatio is > 0 and <= 1, nameof(circuit.FailureRatio), circuit.FailureRatio, "more than 0 and up to 1");
        failures.Timer(nameof(circuit.Break), circuit.Break, Day);
        failures.Timer(nameof(circuit.MaxBreak), circuit.MaxBreak, Day);
        failures.Demand(circuit.MaxBreak >= circuit.Break, nameof(circuit.MaxBreak), circuit.MaxBreak, $"no less than Break, which is {circuit.Break}");
        failures.Timer(nameof(circuit.MaxRateLimitHold), circuit.MaxRateLimitHold, Day);
        failures.Timer(nameof(circuit.QuotaHold), circuit.QuotaHold, Day);
        failures.Timer(nameof(circuit.AuthenticationHold), circuit.AuthenticationHold, Day);
        failures.Timer(nameof(circuit.UnavailableHold), circuit.UnavailableHold, Day);
    }

    private static void Rules(OptionFailures failures, IList<LlmRule> rules)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i] is not { } rule)
                failures.Add($"holds null at {i}. Remove it.");
            else if (!Enum.IsDefined(rule.Kind) || rule.Kind is LlmFaultKind.Cancelled or LlmFaultKind.Skipped)
                failures.Add($"has at {i} the kind {rule.Kind}; it takes a kind of fault, which Cancelled and Skipped are not.");
            else if (rule is { Provider: null, Status: null, Code: null, Message: null, When: null })
                failures.Add($"has at {i} a rule that fits everything. Set Provider, Status, Code, Message or When.");
        }
    }
}
