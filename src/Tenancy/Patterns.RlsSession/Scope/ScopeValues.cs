namespace Patterns.RlsSession;

/// <summary>What one scope sets, checked. <see cref="Role"/> is null where the login role stays.</summary>
internal readonly record struct ScopeValues(string Tenant, string User, string? Role, string? Seal, string? Claims, IReadOnlyDictionary<string, string>? Settings);
