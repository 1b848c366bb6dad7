namespace Patterns.RlsTesting;

/// <summary>What has an owner and grants.</summary>
internal abstract record Securable(uint Oid, string Schema, uint Owner)
{
    public required IReadOnlyList<Grant> Grants { get; init; }
}
