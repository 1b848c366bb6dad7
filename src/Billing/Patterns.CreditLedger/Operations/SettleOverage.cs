namespace Patterns.CreditLedger;

/// <summary>What happens when work did cost more than was held for it.</summary>
public enum SettleOverage
{
    /// <summary>Nothing is changed, and the answer is <see cref="SettleOutcome.OverHold"/>.</summary>
    Reject,

    /// <summary>The excess is a normal spend; when there is too little for it, nothing at all is changed.</summary>
    TakeAvailable,

    /// <summary>The excess is spent as far as there are credits, and the rest is owed.</summary>
    AllowDebt,
}
