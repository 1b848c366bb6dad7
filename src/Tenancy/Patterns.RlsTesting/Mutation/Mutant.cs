namespace Patterns.RlsTesting;

/// <summary>One policy, weakened in one way.</summary>
public sealed record Mutant(string Policy);
