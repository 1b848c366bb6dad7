namespace Patterns.AuditLog;

/// <summary>Who acted.</summary>
/// <param name="Type">What kind of actor: <c>user</c>, <c>service</c>, <c>api_key</c>, <c>system</c>; 1 to 50 characters, no colon.</param>
/// <param name="Id">Its id, never a name or an address; 1 to 200 characters without control characters.</param>
public sealed record AuditActor(string Type, string Id);
