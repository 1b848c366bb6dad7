namespace Patterns.Postgres;

/// <summary>What a failure says about the work that it ended.</summary>
public enum WriteOutcome
{
    /// <summary>Nothing of the work is in the database.</summary>
    NotApplied,

    /// <summary>The work may or may not be in the database.</summary>
    Unknown,
}
