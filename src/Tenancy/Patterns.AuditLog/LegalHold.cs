namespace Patterns.AuditLog;

/// <summary>A tenant's entries that must stay as they are, whatever their retention.</summary>
/// <param name="TenantId">The tenant, 1 to 200 characters.</param>
/// <param name="CaseId">The case, 1 to 200 characters; an id is used once in a tenant.</param>
/// <param name="From">The earliest moment that is held.</param>
/// <param name="To">The end of what is held, later than <paramref name="From"/>; the moment itself is not.</param>
/// <param name="By">Who ordered it.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
public sealed record LegalHold(string TenantId, string CaseId, DateTimeOffset From, DateTimeOffset To, AuditActor By, string Reason);
