namespace Patterns.CreditLedger;

/// <summary>What became of a refund.</summary>
public enum RefundOutcome
{
    /// <summary>The credits are back.</summary>
    Refunded,

    /// <summary>This refund was made before: the result is the first one's, and nothing was changed.</summary>
    Replayed,

    /// <summary>The refund's key was used before with another content: nothing was changed.</summary>
    Conflict,

    /// <summary>The account has no such spend, or it is archived.</summary>
    NotFound,

    /// <summary>More than is left of the spend (see <see cref="RefundResult.Refundable"/>): nothing was changed.</summary>
    ExceedsSpend,
}
