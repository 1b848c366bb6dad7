namespace Patterns.CreditLedger;

/// <summary>Which grants another system should know of. A grant outside is not reported as missing there, and still found when it is looked for.</summary>
/// <param name="Account">The account.</param>
public sealed record GrantScope(AccountId Account)
{
    /// <summary>Only grants into this pool; <see langword="null"/> for all.</summary>
    public string? Pool { get; init; }

    /// <summary>Only what was granted at this moment or later; <see langword="null"/> for no limit.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only what was granted before this moment; <see langword="null"/> for no limit.</summary>
    public DateTimeOffset? To { get; init; }
}
