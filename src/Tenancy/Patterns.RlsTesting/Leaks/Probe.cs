namespace Patterns.RlsTesting;

/// <summary>One statement, as one identity, on one table.</summary>
public sealed record Probe(string Table);
