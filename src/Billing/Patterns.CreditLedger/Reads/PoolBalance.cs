namespace Patterns.CreditLedger;

/// <summary>What an account has in one pool.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Available">By the entries: what is not held, with credits that are not effective yet or have expired and were not swept.</param>
/// <param name="Spendable">What could be spent of it.</param>
/// <param name="Held">By the entries: what is held.</param>
public sealed record PoolBalance(string Pool, long Available, long Spendable, long Held);
