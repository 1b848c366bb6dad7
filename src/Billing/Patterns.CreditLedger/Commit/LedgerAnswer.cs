namespace Patterns.CreditLedger;

/// <summary>The database's answer to one operation.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Figure">For a spend what is available after it; for a refusal what there is.</param>
/// <param name="Seq">The spend's last entry.</param>
/// <param name="Crossed">It crossed the low watermark.</param>
/// <param name="Lines">What a spend took from which lot.</param>
/// <param name="Owed">What a spend did not take from lots.</param>
/// <param name="Told">More about it.</param>
internal readonly record struct LedgerAnswer(LedgerStatus Status, long Figure, long Seq, bool Crossed, CreditLine[] Lines, long Owed, LedgerTold? Told);
