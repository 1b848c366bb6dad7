using System.Buffers;
using System.Collections.Frozen;

namespace Patterns.LlmCost;

/// <summary>The prices of one provider's models.</summary>
internal sealed class ProviderPrices
{
    private static readonly SearchValues<char> Boundaries = SearchValues.Create("-.@/:");

    private readonly FrozenDictionary<string, ModelPrices>.AlternateLookup<ReadOnlySpan<char>> _models;

    public ProviderPrices(IEnumerable<PriceRow> rows) => _models = rows
        .GroupBy(static row => row.Pattern, StringComparer.OrdinalIgnoreCase)
        .ToFrozenDictionary(static model => model.Key, static model => new ModelPrices(model), StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The longest pattern that is the model's id or ends at one of its boundaries, among those that have begun.</summary>
    public ModelPrices? Find(ReadOnlySpan<char> model, long ticks)
    {
        while (true)
        {
            if (_models.TryGetValue(model, out var prices) && prices.Begin <= ticks)
                return prices;

            var cut = model.LastIndexOfAny(Boundaries);
            if (cut <= 0)
                return null;

            model = model[..cut];
        }
    }
}
