namespace Patterns.LlmCost;

/// <summary>The price book of this process, read from the database at start, after an import and once a minute.</summary>
internal sealed class CurrentPrices
{
    private volatile PriceBook _book = PriceBook.Empty;

    public PriceBook Book
    {
        get => _book;
        set => _book = value;
    }
}
