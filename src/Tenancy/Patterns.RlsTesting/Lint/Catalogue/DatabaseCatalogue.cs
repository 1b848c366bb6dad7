namespace Patterns.RlsTesting;

/// <summary>What one snapshot of the catalogue says about all schemas that are not the server's own.</summary>
internal sealed record DatabaseCatalogue(
    int Version,
    IReadOnlyDictionary<uint, Role> Roles,
    IReadOnlyList<Membership> Memberships,
    IReadOnlyDictionary<string, SchemaObject> Schemas,
    IReadOnlyDictionary<uint, Relation> Relations,
    IReadOnlyList<Routine> Routines,
    IReadOnlyList<DefaultGrant> DefaultGrants,
    FunctionVolatility Functions);
