namespace Patterns.Stripe;

/// <summary>A unit of usage.</summary>
public sealed record MeterEventCreate
{
    /// <summary>Name of the meter's event.</summary>
    public required string EventName { get; init; }

    /// <summary>Customer, value and dimensions, by the keys that the meter maps.</summary>
    public required IReadOnlyDictionary<string, string> Payload { get; init; }

    /// <summary>What makes it unique for at least 24 hours, up to 100 characters; a generated one without it.</summary>
    public string? Identifier { get; init; }

    /// <summary>When the usage happened: within the last 35 days, at most 5 minutes ahead. Now without it.</summary>
    public DateTimeOffset? Timestamp { get; init; }
}
