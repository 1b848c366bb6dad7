namespace Patterns.CreditLedger;

/// <summary>One operation on its way.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Account">Whose row it locks.</param>
/// <param name="Key">Its own key.</param>
/// <param name="Hash">Tells an equal operation of that key from another.</param>
/// <param name="Amount">Its amount, where it has one.</param>
/// <param name="About">The key of the hold, spend or grant that it is about.</param>
/// <param name="Reason">As given.</param>
/// <param name="Reference">As given.</param>
/// <param name="Terms">What else the kind needs, as JSON.</param>
internal sealed record LedgerRequest(
    LedgerKind Kind, AccountId Account, string Key, byte[] Hash, long? Amount = null, string? About = null, string? Reason = null, string? Reference = null, string? Terms = null)
{
    /// <summary>Names this call, so that a batch that is sent once more, since its answer was lost, recognises what its first run wrote. The lot, hold or operation gets this id.</summary>
    public Guid Op { get; } = Guid.CreateVersion7();

    /// <summary>Orders accounts as the database does: by tenant, then asset. Control characters are not allowed in either, so this joins them without mistake.</summary>
    public string LockKey { get; } = string.Concat(Account.Tenant, "\u0001", Account.Asset);

    public bool IsSpend => Kind is LedgerKind.Spend or LedgerKind.SpendUpTo;
}
