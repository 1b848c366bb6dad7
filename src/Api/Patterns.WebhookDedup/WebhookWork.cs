using Npgsql;

namespace Patterns.WebhookDedup;

/// <summary>One attempt to work on a stored event.</summary>
public sealed record WebhookWork
{
    /// <summary>The event as it was received.</summary>
    public required WebhookEvent Event { get; init; }

    /// <summary>The event's own id in this system, the same in every attempt: the right idempotency key for effects outside the database.</summary>
    public required Guid ReceiptId { get; init; }

    /// <summary>The READ COMMITTED transaction that commits together with the event's new state.</summary>
    public required NpgsqlTransaction Transaction { get; init; }

    /// <summary>Which attempt this is, 1 to 12. Deferrals do not count.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Whether an event with a higher position was already applied under its ordering key (only of ordered types, see <see cref="WebhookOrdering"/>).</summary>
    public bool IsStale { get; init; }

    /// <summary>Whether somebody had the event driven again (<see cref="IWebhookInbox.RedriveAsync"/>), so that it may have been done before.</summary>
    public bool IsRedrive { get; init; }
}
