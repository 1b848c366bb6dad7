namespace Patterns.RlsTesting;

/// <summary>What a probe saw.</summary>
public enum ProbeOutcome
{
    /// <summary>The statement read or changed a row.</summary>
    Reached,

    /// <summary>It ran, and there was no row for it.</summary>
    ZeroRows,

    /// <summary>The server refused it: SQLSTATE 42501.</summary>
    Refused,

    /// <summary>Policies let it pass, and only a constraint stopped it (SQLSTATE class 23).</summary>
    Constrained,

    /// <summary>It failed in another way, such as a policy that casts a setting that is not there.</summary>
    Failed,

    /// <summary>No row could be made for the table, so that nothing is known.</summary>
    Unbuildable,
}
