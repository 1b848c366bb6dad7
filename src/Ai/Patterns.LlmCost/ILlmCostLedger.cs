namespace Patterns.LlmCost;

/// <summary>What finance and operators do with the booked costs. A singleton; thread-safe.</summary>
public interface ILlmCostLedger
{
    /// <summary>
    /// Imports dated prices from our JSON shape (README, "Prices") or the one of LiteLLM, which is told apart by its content, all or nothing. Prices that the file does not name stay. A crash or a cancelled token leaves all or nothing;
    /// importing the file again is safe. Calls that are booked already keep their price until <see cref="RepriceAsync"/>.
    /// </summary>
    /// <param name="prices">The file, at most 32 MiB. One of LiteLLM's shape names no day: its prices begin today (UTC, by the database's clock).</param>
    /// <param name="cancellationToken">Cancels the import; nothing of it is kept.</param>
    /// <exception cref="InvalidDataException">The file cannot be read, or has a price that cannot be kept exactly; the message names the place and the limit.</exception>
    /// <exception cref="InvalidOperationException">The file is older than the last one imported (the message has both days), or would change what a model cost within a closed month.</exception>
    Task<PriceImport> ImportPricesAsync(Stream prices, CancellationToken cancellationToken = default);

    /// <summary>As the other form, for a file of LiteLLM's shape whose prices begin on another day than today.</summary>
    /// <param name="prices">The file, at most 32 MiB.</param>
    /// <param name="published">The day from which its prices hold, UTC.</param>
    /// <param name="cancellationToken">Cancels the import; nothing of it is kept.</param>
    /// <exception cref="ArgumentException">The file names its own day.</exception>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    /// <exception cref="InvalidOperationException">The file is older than the last one imported, or would change what a model cost within a closed month.</exception>
    Task<PriceImport> ImportPricesAsync(Stream prices, DateOnly published, CancellationToken cancellationToken = default);

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
