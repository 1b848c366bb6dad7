namespace Patterns.AuditLog;

/// <summary>An entry as its row has it: what the leaf is made of, and what verification and reads return to.</summary>
internal sealed record StoredEntry
{
    public required string TenantId { get; init; }

    public required Guid Id { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required string RetentionClass { get; init; }

    public required string ActorType { get; init; }

    public required string ActorId { get; init; }

    public string? BehalfOfType { get; init; }

    public string? BehalfOfId { get; init; }

    public required string Action { get; init; }

    /// <summary>Each as <c>type:id</c>; a type has no colon.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    public required AuditOutcome Outcome { get; init; }

    public string? Reason { get; init; }

    public string? RequestId { get; init; }

    public string? TraceId { get; init; }

    public string? Details { get; init; }

    public byte[]? DetailsSalt { get; init; }

    public string? Personal { get; init; }

    public byte[]? PersonalSalt { get; init; }

    /// <summary>Stays when the personal data is redacted.</summary>
    public byte[]? PersonalCommitment { get; init; }

    /// <summary>The entry that says who redacted the personal data and why. Not in the leaf.</summary>
    public Guid? Redaction { get; init; }
}
