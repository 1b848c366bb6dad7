namespace Patterns.RlsTesting;

/// <summary>A SECURITY DEFINER function or procedure.</summary>
/// <remarks>
/// Signature: qualified, with the types of its arguments: what ALTER ROUTINE takes.
/// SearchPath: the search path that it is pinned to; null when it takes the caller's.
/// IsTrigger: it is called by triggers only, so EXECUTE says nothing about who runs it.
/// </remarks>
internal sealed record Routine(uint Oid, string Schema, uint Owner, string Signature, string? SearchPath, bool IsTrigger) : Securable(Oid, Schema, Owner);
