namespace Patterns.WebhookDedup;

/// <summary>What a delivery with a known id and another payload is told. In both cases it is counted and logged, and the first payload's fingerprint stays.</summary>
public enum MismatchPolicy
{
    /// <summary><see cref="ClaimOutcome.PayloadMismatch"/>: somebody reuses ids, or changes bodies on the way.</summary>
    Refuse,

    /// <summary><see cref="ClaimOutcome.Duplicate"/>: for senders whose bodies change between deliveries.</summary>
    TreatAsDuplicate,
}
