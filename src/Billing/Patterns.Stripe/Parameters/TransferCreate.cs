namespace Patterns.Stripe;

/// <summary>A transfer to make.</summary>
public sealed record TransferCreate
{
    /// <summary>In minor units.</summary>
    public required long Amount { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Connected account.</summary>
    public required string Destination { get; init; }

    /// <summary>Charge that it comes from: it then waits until that money is there.</summary>
    public string? SourceTransaction { get; init; }

    /// <summary>Your name for what belongs together.</summary>
    public string? TransferGroup { get; init; }

    /// <summary>Your description.</summary>
    public string? Description { get; init; }

    /// <summary>What you store with it: up to 50 keys.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
