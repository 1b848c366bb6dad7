namespace Patterns.RlsTesting;

/// <summary>A finding that somebody accepted.</summary>
internal sealed record IgnoredFinding(string Rule, string Object, string Because);
