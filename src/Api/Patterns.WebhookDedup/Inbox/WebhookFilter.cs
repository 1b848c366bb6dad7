namespace Patterns.WebhookDedup;

/// <summary>Which stored events are meant. What is left out does not restrict.</summary>
public sealed record WebhookFilter
{
    /// <summary>Whose events.</summary>
    public string? Tenant { get; init; }

    /// <summary>Events of this source.</summary>
    public string? Source { get; init; }

    /// <summary>Events of exactly this type.</summary>
    public string? Type { get; init; }

    /// <summary>The one event with this id; say its source too.</summary>
    public string? EventId { get; init; }

    /// <summary>Events in this state.</summary>
    public WebhookState? State { get; init; }

    /// <summary>Events that were received at this time or later, by the database's clock.</summary>
    public DateTimeOffset? ReceivedFrom { get; init; }

    /// <summary>Events that were received before this time.</summary>
    public DateTimeOffset? ReceivedBefore { get; init; }

    /// <summary>For the next page of a list: goes on after this event, the last one of the page before.</summary>
    public StoredWebhook? After { get; init; }
}
