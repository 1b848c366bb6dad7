namespace Patterns.LlmCost;

/// <summary>A dated file of published prices of OpenAI, Anthropic, Gemini and Azure, to begin with: standard and batch, caches, audio and long contexts, for some models. Copy it, check it against the pages that it names and your contract, and keep yours.</summary>
public static class LlmPriceExample
{
    /// <summary>Opens the file, for <see cref="ILlmCostLedger.ImportPricesAsync"/> or to copy it.</summary>
    public static Stream Open() => typeof(LlmPriceExample).Assembly.GetManifestResourceStream("example-prices.json")!;
}
