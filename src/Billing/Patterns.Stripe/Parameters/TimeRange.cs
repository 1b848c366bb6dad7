namespace Patterns.Stripe;

/// <summary>A span of time; what is null does not bound it.</summary>
public sealed record TimeRange
{
    /// <summary>After.</summary>
    public DateTimeOffset? Gt { get; init; }

    /// <summary>At or after.</summary>
    public DateTimeOffset? Gte { get; init; }

    /// <summary>Before.</summary>
    public DateTimeOffset? Lt { get; init; }

    /// <summary>At or before.</summary>
    public DateTimeOffset? Lte { get; init; }
}
