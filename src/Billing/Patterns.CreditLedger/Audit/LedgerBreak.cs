namespace Patterns.CreditLedger;

/// <summary>A place where an invariant of the ledger does not hold. The package's Book.md says of each invariant what that means, and what to do.</summary>
/// <param name="Invariant">Its letter in the book, <c>a</c> to <c>g</c>.</param>
/// <param name="Account">The account.</param>
/// <param name="Figure">What is wrong, as the book names it.</param>
/// <param name="Expected">What it should be by the rest of the book; <see langword="null"/> when it should not be there.</param>
/// <param name="Found">What is there; <see langword="null"/> when nothing is.</param>
public sealed record LedgerBreak(char Invariant, AccountId Account, string Figure, string? Expected, string? Found)
{
    /// <summary>The number of the entry that is wrong, where it is an entry.</summary>
    public long? EntryNumber { get; init; }

    /// <summary>The lot that is wrong, where it is a lot.</summary>
    public Guid? Lot { get; init; }

    /// <summary>All of it as a sentence.</summary>
    public string Message
    {
        get
        {
            var place = EntryNumber is { } number ? FormattableString.Invariant($", entry {number}") : Lot is { } lot ? $", lot {lot}" : "";
            return $"({Invariant}) Account '{Account.Tenant}', '{Account.Asset}'{place}: {Figure} should be {Expected ?? "absent"}, and is {Found ?? "absent"}.";
        }
    }

    /// <inheritdoc />
    public override string ToString() => Message;
}
