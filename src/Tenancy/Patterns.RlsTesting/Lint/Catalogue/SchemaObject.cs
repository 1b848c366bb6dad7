namespace Patterns.RlsTesting;

/// <summary>A schema itself.</summary>
internal sealed record SchemaObject(uint Oid, string Schema, uint Owner) : Securable(Oid, Schema, Owner);
