namespace Patterns.AuditLog;

/// <summary>What verification found.</summary>
public enum FindingKind
{
    /// <summary>An entry is not what was sealed.</summary>
    Altered,

    /// <summary>A sealed entry, or a whole seal of a tenant, is gone.</summary>
    Missing,

    /// <summary>An entry that no seal covers and that did not come through an append.</summary>
    Inserted,

    /// <summary>A seal, the list of its entries, or a run is not what the chain around it says.</summary>
    BrokenLink,

    /// <summary>A run's signature is not one of the known keys over what the run says.</summary>
    BadSignature,

    /// <summary>An anchor keeps another head for the run, or one of a run that the log does not have.</summary>
    AnchorMismatch,

    /// <summary>An entry has waited longer than <see cref="AuditLogOptions.UnsealedLimit"/> for its seal: the sealer does not run, or has no key.</summary>
    UnsealedTooLong,

    /// <summary>Entries that retention dropped under a signed record. No fault.</summary>
    Expired,

    /// <summary>An entry whose personal data was emptied by another entry, which says why. No fault.</summary>
    Redacted,
}
