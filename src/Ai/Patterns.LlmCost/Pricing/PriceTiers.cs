namespace Patterns.LlmCost;

/// <summary>The price tiers' names.</summary>
internal static class PriceTiers
{
    public const string Standard = "standard";
    public const string Batch = "batch";
    public const string Flex = "flex";
    public const string Priority = "priority";
    public const string All = "standard, batch, flex or priority";

    public static bool Has(string tier) => tier is Standard or Batch or Flex or Priority;
}
