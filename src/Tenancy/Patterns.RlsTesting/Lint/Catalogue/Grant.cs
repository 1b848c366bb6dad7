namespace Patterns.RlsTesting;

/// <summary>One privilege of one grantee.</summary>
/// <param name="Grantee">The role, or 0 for PUBLIC.</param>
/// <param name="Privilege">As <c>aclexplode</c> names it, such as SELECT.</param>
/// <param name="Column">The column that it is for; null for the whole object.</param>
internal sealed record Grant(uint Grantee, string Privilege, string? Column);
