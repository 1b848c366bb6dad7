namespace Patterns.CreditLedger;

/// <summary>A grant about which the ledger and another system disagree. Several grants of one reference and pool count as one.</summary>
/// <param name="Kind">How they disagree.</param>
/// <param name="Reference">The reference.</param>
public sealed record GrantDifference(GrantDifferenceKind Kind, string Reference)
{
    /// <summary>The ledger's pool; <see langword="null"/> when the ledger does not have it.</summary>
    public string? Pool { get; init; }

    /// <summary>The amount that was granted here; <see langword="null"/> when the ledger does not have it.</summary>
    public long? Amount { get; init; }

    /// <summary>The other system's pool; <see langword="null"/> when it does not have it.</summary>
    public string? ExternalPool { get; init; }

    /// <summary>The other system's amount; <see langword="null"/> when it does not have it.</summary>
    public long? ExternalAmount { get; init; }
}
