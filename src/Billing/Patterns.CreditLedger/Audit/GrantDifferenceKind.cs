namespace Patterns.CreditLedger;

/// <summary>How the ledger and another system disagree about a grant.</summary>
public enum GrantDifferenceKind
{
    /// <summary>The other system has it, the ledger does not: a payment without its credits.</summary>
    MissingHere,

    /// <summary>The ledger has it, the other system does not: credits without a payment.</summary>
    MissingThere,

    /// <summary>Both have it in the same pool, with different amounts.</summary>
    Amount,

    /// <summary>Both have it, in different pools.</summary>
    Pool,
}
