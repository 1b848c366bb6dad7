namespace Patterns.LlmCost;

/// <summary>What finance and operators do with the booked costs. A singleton; thread-safe.</summary>
public interface ILlmCostLedger
{
    /// <summary>
    /// Imports dated prices from our JSON shape or the one of LiteLLM (which is told apart by its content), all or nothing. A file older than the last one imported is refused, as is one that would change a price within a
    /// closed month.
    /// </summary>
    /// <param name="prices">The file, at most 32 MiB.</param>
    /// <param name="cancellationToken">Cancels the import; nothing of it is kept.</param>
    Task<PriceImport> ImportPricesAsync(Stream prices, CancellationToken cancellationToken = default);

    /// <summary>Books again at today's prices what began at or after a day: rows without a price get one, rows with another price get the new one, and roll-ups move by the difference. Rows of closed months are left. In batches; after a crash a new call goes on.</summary>
    /// <param name="from">The first day.</param>
    /// <param name="cancellationToken">Stops after the batch at hand.</param>
    /// <returns>How many rows changed.</returns>
    Task<long> RepriceAsync(DateOnly from, CancellationToken cancellationToken = default);

    /// <summary>Freezes a month: later differences are booked on the day they become known and name the day they adjust, and no price within it can change. Closing again changes nothing.</summary>
    /// <param name="month">The month; it must be over.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task CloseAsync(Month month, CancellationToken cancellationToken = default);
}
