using Npgsql;

namespace Patterns.LlmCost;

/// <summary>Books what calls cost and answers what may be spent. A singleton; thread-safe.</summary>
public interface ILlmCost
{
    /// <summary>
    /// Books one attempt and returns when it is committed: calls that are made at once share one statement and one commit. The same call and attempt again changes nothing unless its revision is higher; then the row is
    /// replaced and the roll-up moves by the difference, in the same statement. A cancelled token leaves it open whether the row is booked; booking again is safe.
    /// </summary>
    /// <param name="call">The attempt.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    ValueTask RecordAsync(LlmCall call, CancellationToken cancellationToken = default);

    /// <summary>Books one attempt within the caller's transaction.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="cancellationToken">Cancels the statement, and with it the transaction.</param>
    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    Task RecordAsync(LlmCall call, NpgsqlTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>
    /// Hands one attempt to the background writer, without a round trip: what the clients do. When the queue is full this waits 50 ms at most, then the call goes to the spill file. With
    /// <see cref="LlmCostDurability.Spill"/> it returns when the call is on the disk. Where the disk refuses it, and after the application has stopped, it is booked as <see cref="RecordAsync(LlmCall, CancellationToken)"/> does; only
    /// when that fails as well is there an exception, the driver's.
    /// </summary>
    /// <param name="call">The attempt.</param>
    /// <param name="cancellationToken">Cancels the wait; the call is kept all the same, unless the spill is full as well (see <see cref="LlmCostOptions.MaxSpillBytes"/>).</param>
    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the spill was full; the call is not kept.</exception>
    ValueTask QueueAsync(LlmCall call, CancellationToken cancellationToken = default);

    /// <summary>Returns when all that was queued in this process before is committed.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="InvalidOperationException">The application stopped before they could be; they are in the spill, and the next start books them.</exception>
    Task FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>What an attempt costs by the prices known to this process (those of the database, at most a minute old); null when its model has no price.</summary>
    /// <param name="call">The attempt.</param>
    PicoUsd? Price(LlmCall call);

    /// <summary>
    /// Whether a call fits into the tenant's budget of this month, from memory that is at most 5 s old. Callers that ask at once may each be allowed: use <see cref="ReserveAsync"/> where that matters. An estimate whose model has no
    /// price is allowed while anything is left. While the database is away, what was known last goes on answering; a tenant who was never asked about gets the driver's exception.
    /// </summary>
    /// <param name="tenantId">The customer.</param>
    /// <param name="estimate">What the call is expected to use at most.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    ValueTask<SpendAnswer> CanSpendAsync(string tenantId, LlmEstimate estimate, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sets money aside for one call, in one statement on the database: the sum of what is booked and set aside never exceeds the budget through this. The first row that is booked for the call settles it, also that of an
    /// attempt that failed; without one it ends after <see cref="LlmCostOptions.ReservationLife"/>. The same call again answers as before.
    /// </summary>
    /// <param name="tenantId">The customer.</param>
    /// <param name="callId">The id of the call to come, a UUIDv7; it is the reservation's id.</param>
    /// <param name="estimate">What the call is expected to use at most.</param>
    /// <param name="cancellationToken">Cancels the wait; the reservation may have been made.</param>
    Task<SpendAnswer> ReserveAsync(string tenantId, Guid callId, LlmEstimate estimate, CancellationToken cancellationToken = default);

    /// <summary>What each tenant brought and cost in a month, from the one with the highest cost down.</summary>
    /// <param name="month">The month.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    IAsyncEnumerable<TenantMargin> MarginsAsync(Month month, CancellationToken cancellationToken = default);
}
