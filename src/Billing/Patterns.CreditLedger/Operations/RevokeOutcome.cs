namespace Patterns.CreditLedger;

/// <summary>What became of a revocation.</summary>
public enum RevokeOutcome
{
    /// <summary>What could be taken was taken.</summary>
    Revoked,

    /// <summary>This revocation was made before: the result is the first one's, and nothing was changed.</summary>
    Replayed,

    /// <summary>The revocation's key was used before with another content: nothing was changed.</summary>
    Conflict,

    /// <summary>The account has no such grant.</summary>
    NotFound,

    /// <summary>More than is left to be asked back of the grant (see <see cref="RevokeResult.Revocable"/>): nothing was changed.</summary>
    ExceedsGrant,
}
