namespace Patterns.RlsTesting;

/// <summary>What tables that a role makes later will be granted.</summary>
/// <remarks>
/// Schema: where; null for everywhere.
/// </remarks>
internal sealed record DefaultGrant(uint Creator, string? Schema, uint Grantee, string Privilege);
