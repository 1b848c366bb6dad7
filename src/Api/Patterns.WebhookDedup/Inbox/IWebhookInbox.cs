using Npgsql;

namespace Patterns.WebhookDedup;

/// <summary>The stored events, for operations: look, drive again, import, drain and maintain. Thread-safe.</summary>
public interface IWebhookInbox
{
    /// <summary>The most events that one call of <see cref="RedriveAsync"/> takes: 10,000.</summary>
    const int MaxRedrive = 10_000;

    /// <summary>Finds one stored event, with its payload.</summary>
    /// <param name="tenant">Whose event it is; <see cref="WebhookEvent.NoTenant"/> for the platform's one account.</param>
    /// <param name="source">Who sent it.</param>
    /// <param name="eventId">The sender's id for it.</param>
    /// <param name="ct">Cancels the query.</param>
    /// <returns>The event; <see langword="null"/> when it is unknown, was only claimed, or is no longer kept.</returns>
    /// <exception cref="ArgumentException">A text is empty, too long, or holds control characters.</exception>
    /// <exception cref="InvalidOperationException">The tables are missing.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception for everything else.</exception>
    Task<StoredWebhook?> FindAsync(string tenant, string source, string eventId, CancellationToken ct = default);

    /// <summary>
    /// Lists stored events without their payloads, by tenant and within a tenant the newest first. Read in pages of 500 as you go, each a statement of its own: events that come or change
    /// meanwhile may or may not be seen, and none is seen twice.
    /// </summary>
    /// <param name="filter">Which events.</param>
    /// <param name="ct">Ends the list.</param>
    /// <returns>The events.</returns>
    /// <exception cref="InvalidOperationException">The tables are missing.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception for everything else.</exception>
    IAsyncEnumerable<StoredWebhook> ListAsync(WebhookFilter filter, CancellationToken ct = default);

    /// <summary>
    /// Has events worked on again from their first attempt: dead ones and those that wait after a failed attempt. At most <see cref="MaxRedrive"/> a call, in chunks of 500
    /// that are committed one by one, so that a crash leaves some chunks done; call again until it returns 0. Events at work just then are left alone.
    /// </summary>
    /// <param name="filter">Which of them. <see cref="WebhookFilter.State"/> may name one state.</param>
    /// <param name="by">Who wants it, recorded with each event: 1 to 200 characters.</param>
    /// <param name="force">Also events that are done, ignored or superseded. Their handler sees <see cref="WebhookWork.IsRedrive"/>, and must know what to do with work that was done before.</param>
    /// <param name="ct">Ends it between two chunks, or cancels the one on its way.</param>
    /// <returns>How many events are pending again.</returns>
    /// <exception cref="ArgumentException">Who wants it is empty or too long; or the filter names a state that cannot be re-driven, or only with <paramref name="force"/>.</exception>
    /// <exception cref="InvalidOperationException">The tables are missing.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception for everything else.</exception>
    Task<int> RedriveAsync(WebhookFilter filter, string by, bool force = false, CancellationToken ct = default);

    /// <summary>
    /// Receives events that were listed from the provider after an outage, as <see cref="IWebhookDedup.ReceiveAsync"/> does, up to 64 at a time; those that are known are duplicates. After
    /// an exception, import them again from the start.
    /// </summary>
    /// <param name="events">The events, read as they are needed.</param>
    /// <param name="ct">Ends the import; what was received stays.</param>
    /// <returns>What became of them.</returns>
    /// <exception cref="ArgumentException">An event is null, or its payload is too large.</exception>
    /// <exception cref="InvalidOperationException">The tables are missing.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception for everything else.</exception>
    Task<ImportSummary> ImportAsync(IAsyncEnumerable<WebhookEvent> events, CancellationToken ct = default);

    /// <summary>
    /// Runs the handlers of everything that is due now, until nothing is due and nothing runs: for a scheduled job, or a test, in place of the hosted drain. Returns only when the last handler
    /// has ended.
    /// </summary>
    /// <param name="ct">Ends it as the end of the application does: handlers are told, and what has not run is given back.</param>
    /// <returns>How many events were due.</returns>
    /// <exception cref="InvalidOperationException">The tables are missing.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception for everything else. What a handler throws is not thrown here: it is a failed attempt.</exception>
    Task<int> DrainOnceAsync(CancellationToken ct = default);

    /// <summary>
    /// Makes partitions before they are needed, drops those that are no longer kept, moves events that are not done out of them first, turns the generation of keys, and forgets the
    /// order of entities without events. Hosted services do so by themselves. If it never runs, the tables grow and nothing else changes.
    /// </summary>
    /// <param name="ct">Ends it; the next run goes on where this one was.</param>
    /// <exception cref="InvalidOperationException">The tables are missing.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception for everything else.</exception>
    Task MaintainAsync(CancellationToken ct = default);
}
