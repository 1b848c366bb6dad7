namespace Patterns.RlsTesting;

/// <summary>What a probe should see.</summary>
public enum ProbeExpectation
{
    /// <summary>The row is another tenant's, or the command is not granted: it must not be reached.</summary>
    NotReached,

    /// <summary>The row is one's own and the command is granted: it must be reached, or the policies prove nothing because they let nobody work.</summary>
    Reached,
}
