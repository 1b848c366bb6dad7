namespace Patterns.LlmCost;

/// <summary>All prices, frozen for lookup: immutable, and replaced as a whole when the database's prices changed. Thread-safe.</summary>
internal sealed class PriceBook(IReadOnlyList<PriceRow> rows)
{
    public static PriceBook Empty { get; } = new([]);

    public IReadOnlyList<PriceRow> Rows { get; } = rows;

    /// <summary>The exact cost; null when the model, or a bucket that was used, has no price. <see cref="LlmCallState.Failed"/> costs nothing.</summary>
    public PicoUsd? Price(string provider, string model, string tier, string region, DateTimeOffset startedAt, LlmUsage usage) => null;
}
