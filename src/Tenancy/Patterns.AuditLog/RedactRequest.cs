namespace Patterns.AuditLog;

/// <summary>Whose personal data is emptied: exactly one of <see cref="Actor"/> and <see cref="EntryId"/> is given.</summary>
/// <param name="TenantId">The tenant, 1 to 200 characters.</param>
/// <param name="By">Who does it.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
public sealed record RedactRequest(string TenantId, AuditActor By, string Reason)
{
    /// <summary>All entries of what this actor did, and of what was done on its behalf.</summary>
    public AuditActor? Actor { get; init; }

    /// <summary>This entry.</summary>
    public Guid? EntryId { get; init; }
}
