namespace Patterns.Stripe;

/// <summary>What to take back of a transfer.</summary>
public sealed record TransferReversalCreate
{
    /// <summary>In minor units; all that is left without it.</summary>
    public long? Amount { get; init; }

    /// <summary>Your description.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the application fee goes back in proportion.</summary>
    public bool? RefundApplicationFee { get; init; }

    /// <summary>What you store with it: up to 50 keys.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
