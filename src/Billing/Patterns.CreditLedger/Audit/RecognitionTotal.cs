namespace Patterns.CreditLedger;

/// <summary>The sum of all movements of one kind in one pool and currency.</summary>
/// <param name="Movement">What happened.</param>
/// <param name="Pool">The pool; <see langword="null"/> for debt.</param>
/// <param name="PoolKind">What the pool is to the books; <see langword="null"/> for debt, and for a pool that the options do not name any more.</param>
/// <param name="Currency">The currency of the lots' cost; <see langword="null"/> for debt, and for lots without a cost.</param>
/// <param name="Units">The credits, never negative.</param>
/// <param name="RecognisedMinor">What was recognised of the lots' cost by it, in minor units of the currency; negative for what was taken back.</param>
public sealed record RecognitionTotal(LedgerMovement Movement, string? Pool, PoolKind? PoolKind, string? Currency, long Units, long RecognisedMinor);
