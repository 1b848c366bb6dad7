namespace Patterns.AuditLog;

/// <summary>What something was done to.</summary>
/// <param name="Type">What kind of thing: <c>invoice</c>, <c>patient</c>; 1 to 50 characters, no colon.</param>
/// <param name="Id">Its id; 1 to 200 characters without control characters.</param>
public sealed record AuditTarget(string Type, string Id);
