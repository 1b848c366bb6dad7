namespace Patterns.WebhookDedup;

/// <summary>A stored event and what became of it.</summary>
public sealed record StoredWebhook
{
    /// <summary>Whose event it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>Who sent it.</summary>
    public required string Source { get; init; }

    /// <summary>The sender's id for it.</summary>
    public required string EventId { get; init; }

    /// <summary>What happened.</summary>
    public string? Type { get; init; }

    /// <summary>Its own id in this system.</summary>
    public required Guid ReceiptId { get; init; }

    /// <summary>When it was received first, by the database's clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When it happened, by the sender's clock.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The entity that it is about.</summary>
    public string? OrderingKey { get; init; }

    /// <summary>Its place in the order of the events about that entity.</summary>
    public long? Position { get; init; }

    /// <summary>Where it stands.</summary>
    public required WebhookState State { get; init; }

    /// <summary>How many attempts were made since it was received or re-driven.</summary>
    public int Attempts { get; init; }

    /// <summary>How often its handler deferred it.</summary>
    public int Deferrals { get; init; }

    /// <summary>When the next attempt is due, or the running one's lease ends; <see langword="null"/> when none follows.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When it came to its final state; <see langword="null"/> when it has not.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>How the last attempt failed, or why the event was ignored: at most 2,000 characters.</summary>
    public string? Error { get; init; }

    /// <summary>How often it was re-driven.</summary>
    public int Redrives { get; init; }

    /// <summary>Who re-drove it last.</summary>
    public string? RedrivenBy { get; init; }

    /// <summary>The body as it was received; empty in lists, which leave it out.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }
}
