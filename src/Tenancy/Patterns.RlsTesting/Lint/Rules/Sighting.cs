namespace Patterns.RlsTesting;

/// <summary>What a rule saw: a finding without the rule's own words.</summary>
internal sealed record Sighting(string Object, string Evidence, string Repair)
{
    public Severity? Severity { get; init; }
}
