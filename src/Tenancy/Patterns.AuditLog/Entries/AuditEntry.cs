namespace Patterns.AuditLog;

/// <summary>
/// Who did what to what, and how it ended. The fixed fields hold ids only; names, addresses and the like belong into <see cref="Personal"/>, which can be redacted, everything else into
/// <see cref="Details"/>. Texts have no NUL.
/// </summary>
/// <param name="TenantId">The tenant, 1 to 200 characters.</param>
/// <param name="Actor">Who acted.</param>
/// <param name="Action">What was done, as <c>area.object.verb</c>, 1 to 100 characters; AuditActions has common ones.</param>
public sealed record AuditEntry(string TenantId, AuditActor Actor, string Action)
{
    /// <summary>The entry's id. Sending the same id with the same time and class again records nothing and says so; a caller who lost the answer repeats the call with the same record. Default: a new UUIDv7.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>
    /// When it happened; null takes the moment that <see cref="Id"/> holds, at which the record was made. What is finer than a microsecond is cut. At most 24 hours ahead, and a day younger at least than
    /// its class is kept.
    /// </summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>On whose behalf the actor acted, such as the customer whom support impersonates.</summary>
    public AuditActor? OnBehalfOf { get; init; }

    /// <summary>What it was done to, at most 16.</summary>
    public IReadOnlyList<AuditTarget> Targets { get; init; } = [];

    /// <summary>How it ended.</summary>
    public AuditOutcome Outcome { get; init; }

    /// <summary>Why, up to 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>The request, up to 200 characters.</summary>
    public string? RequestId { get; init; }

    /// <summary>The trace, up to 64 characters; null takes that of <c>Activity.Current</c>.</summary>
    public string? TraceId { get; init; }

    /// <summary>A JSON document, up to 32,768 bytes of UTF-8. Values under keys that name secrets are replaced before anything is stored.</summary>
    public string? Details { get; init; }

    /// <summary>A JSON document with personal data: names, e-mail and IP addresses, user agents; up to 32,768 bytes of UTF-8. It can be emptied later without breaking a seal.</summary>
    public string? Personal { get; init; }

    /// <summary>How long it is kept: a class of <see cref="AuditLogOptions.Retention"/>.</summary>
    public string RetentionClass { get; init; } = "standard";

    /// <summary>Whether the form without a transaction returns after the entry's seal, and not only after its commit: about what a run of the sealer takes later. Fails at once where no key can sign; fails after the commit where sealing does, and the same call again tells. Not stored.</summary>
    public bool WaitForSeal { get; init; }
}
