namespace Patterns.RlsTesting;

/// <summary>A row of <c>pg_roles</c>.</summary>
internal sealed record Role(uint Oid, string Name, bool CanLogin, bool IsSuperuser, bool BypassesRls);
