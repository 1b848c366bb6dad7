namespace Patterns.CreditLedger;

/// <summary>What an archive run did.</summary>
/// <param name="Before">The end of what is archived: the beginning of a month (UTC), not later than was asked.</param>
/// <param name="Accounts">For how many accounts it wrote a checkpoint.</param>
/// <param name="Holds">How many ended holds it deleted.</param>
/// <param name="IsComplete">Whether all entries before that moment are gone. If not, another instance is at work, or a long transaction still reads them: run it again later.</param>
public sealed record ArchiveResult(DateTimeOffset Before, int Accounts, int Holds, bool IsComplete);
