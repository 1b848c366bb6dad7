namespace Patterns.RlsTesting;

/// <summary>How bad a finding is.</summary>
public enum Severity
{
    /// <summary>Slow, or a trap for later: no tenant sees another's rows because of it.</summary>
    Notice,

    /// <summary>A wall is missing that something else still holds up, or existence leaks.</summary>
    Warning,

    /// <summary>A tenant can reach another's rows, or nothing but luck keeps it from that.</summary>
    Error,
}
