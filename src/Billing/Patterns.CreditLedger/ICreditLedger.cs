using Npgsql;
using Patterns.Postgres;

namespace Patterns.CreditLedger;

/// <summary>
/// Credits of accounts, in lots. Every change is an entry that is never changed again. Thread-safe; one instance per application.
/// <para>
/// The form of a method without a transaction commits together with other callers' operations, and returns after the commit. When the connection is lost meanwhile, it asks
/// once more by itself; if that fails too, it throws <see cref="OutcomeUnknownException"/>, and the operation was applied whole or not at all: the same call again tells. A cancelled token
/// ends the wait; what was sent by then may still be applied, and the same call again tells. The form with a transaction takes effect with its commit; it locks the account until then, so
/// make it the last statement, and use several accounts in the order of (tenant, asset).
/// </para>
/// <para>Every method throws <see cref="ArgumentException"/> for what is outside its limits, before anything is sent, and the driver's exception when the server fails.</para>
/// </summary>
public interface ICreditLedger
{
    /// <summary>Makes a lot, and repays the account's debt from it first. Idempotent for ever by the key.</summary>
    /// <param name="grant">The grant.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentException">Also when the account would pass the range of <see cref="long"/>; nothing was changed.</exception>
    Task<GrantResult> GrantAsync(Grant grant, CancellationToken ct = default);

    /// <inheritdoc cref="GrantAsync(Grant, CancellationToken)"/>
    /// <param name="transaction">An open transaction on the ledger's database.</param>
    /// <param name="grant">The grant.</param>
    /// <param name="ct">Cancels the statement, and with it the transaction.</param>
    Task<GrantResult> GrantAsync(NpgsqlTransaction transaction, Grant grant, CancellationToken ct = default);

    /// <summary>Spends all of the amount or nothing, in drain order: priority, then earliest expiry, then earliest effective, then the lot's id.</summary>
    /// <param name="spend">The spend.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>What became of it.</returns>
    Task<SpendResult> SpendAsync(Spend spend, CancellationToken ct = default);

    /// <inheritdoc cref="SpendAsync(Spend, CancellationToken)"/>
    /// <param name="transaction">An open transaction on the ledger's database.</param>
    /// <param name="spend">The spend.</param>
    /// <param name="ct">Cancels the statement, and with it the transaction.</param>
    Task<SpendResult> SpendAsync(NpgsqlTransaction transaction, Spend spend, CancellationToken ct = default);

    /// <summary>Spends the amount or, if there is less, what there is. Where there is nothing at all, the answer is <see cref="SpendOutcome.Insufficient"/>. Makes no debt.</summary>
    /// <param name="spend">The spend.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>What became of it; <see cref="SpendResult.Amount"/> says how much it was.</returns>
    Task<SpendResult> SpendUpToAsync(Spend spend, CancellationToken ct = default);

    /// <inheritdoc cref="SpendUpToAsync(Spend, CancellationToken)"/>
    /// <param name="transaction">An open transaction on the ledger's database.</param>
    /// <param name="spend">The spend.</param>
    /// <param name="ct">Cancels the statement, and with it the transaction.</param>
    Task<SpendResult> SpendUpToAsync(NpgsqlTransaction transaction, Spend spend, CancellationToken ct = default);

    /// <summary>Sets credits of specific lots aside until the hold is settled or released, or expires. They stay good for it even if their lot expires meanwhile.</summary>
    /// <param name="hold">The hold.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>What became of it.</returns>
    Task<HoldResult> HoldAsync(Hold hold, CancellationToken ct = default);

    /// <inheritdoc cref="HoldAsync(Hold, CancellationToken)"/>
    /// <param name="transaction">An open transaction on the ledger's database.</param>
    /// <param name="hold">The hold.</param>
    /// <param name="ct">Cancels the statement, and with it the transaction.</param>
    Task<HoldResult> HoldAsync(NpgsqlTransaction transaction, Hold hold, CancellationToken ct = default);

    /// <summary>Spends what the work did cost from the held lots in drain order, and, if final, gives the rest back in the same operation.</summary>
    /// <param name="settle">The settlement.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentException">Also when it is not final and has no key of its own.</exception>
    Task<SettleResult> SettleAsync(Settle settle, CancellationToken ct = default);

    /// <inheritdoc cref="SettleAsync(Settle, CancellationToken)"/>
    /// <param name="transaction">An open transaction on the ledger's database.</param>
    /// <param name="settle">The settlement.</param>
    /// <param name="ct">Cancels the statement, and with it the transaction.</param>
    Task<SettleResult> SettleAsync(NpgsqlTransaction transaction, Settle settle, CancellationToken ct = default);

    /// <summary>Ends a hold and gives back all that it still holds. Credits of a lot that has expired meanwhile expire in the same operation.</summary>
    /// <param name="account">The account.</param>
    /// <param name="holdKey">The hold's key.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>What became of it.</returns>
    Task<ReleaseResult> ReleaseAsync(AccountId account, string holdKey, CancellationToken ct = default);

    /// <inheritdoc cref="ReleaseAsync(AccountId, string, CancellationToken)"/>
    /// <param name="transaction">An open transaction on the ledger's database.</param>
    /// <param name="account">The account.</param>
    /// <param name="holdKey">The hold's key.</param>
    /// <param name="ct">Cancels the statement, and with it the transaction.</param>
    Task<ReleaseResult> ReleaseAsync(NpgsqlTransaction transaction, AccountId account, string holdKey, CancellationToken ct = default);

    /// <summary>Has an open hold expire later: so long from now, and never earlier than it would have. It keeps its lots.</summary>
    /// <param name="account">The account.</param>
    /// <param name="holdKey">The hold's key.</param>
    /// <param name="timeToLive">1 s to 30 days.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>What became of it.</returns>
    Task<ExtendResult> ExtendAsync(AccountId account, string holdKey, TimeSpan timeToLive, CancellationToken ct = default);

    /// <inheritdoc cref="ExtendAsync(AccountId, string, TimeSpan, CancellationToken)"/>
    /// <param name="transaction">An open transaction on the ledger's database.</param>
    /// <param name="account">The account.</param>
    /// <param name="holdKey">The hold's key.</param>
    /// <param name="timeToLive">1 s to 30 days.</param>
    /// <param name="ct">Cancels the statement, and with it the transaction.</param>
    Task<ExtendResult> ExtendAsync(NpgsqlTransaction transaction, AccountId account, string holdKey, TimeSpan timeToLive, CancellationToken ct = default);

    /// <summary>Returns credits of a spend to the lots that they came from, the last drained first, in total never more than was spent. What the spend owed is the first to be given back.</summary>
    /// <param name="refund">The refund.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>What became of it.</returns>
    Task<RefundResult> RefundAsync(Refund refund, CancellationToken ct = default);

    /// <inheritdoc cref="RefundAsync(Refund, CancellationToken)"/>
    /// <param name="transaction">An open transaction on the ledger's database.</param>
    /// <param name="refund">The refund.</param>
    /// <param name="ct">Cancels the statement, and with it the transaction.</param>
    Task<RefundResult> RefundAsync(NpgsqlTransaction transaction, Refund refund, CancellationToken ct = default);

    /// <summary>Takes back what is unspent of a grant, and says how much could not be taken.</summary>
    /// <param name="revoke">The revocation.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>What became of it.</returns>
    Task<RevokeResult> RevokeAsync(Revoke revoke, CancellationToken ct = default);

    /// <inheritdoc cref="RevokeAsync(Revoke, CancellationToken)"/>
    /// <param name="transaction">An open transaction on the ledger's database.</param>
    /// <param name="revoke">The revocation.</param>
    /// <param name="ct">Cancels the statement, and with it the transaction.</param>
    Task<RevokeResult> RevokeAsync(NpgsqlTransaction transaction, Revoke revoke, CancellationToken ct = default);

    /// <summary>Sets what an account may do, and makes it if it is new. Doing it twice is doing it once.</summary>
    /// <param name="account">The account.</param>
    /// <param name="settings">What to set.</param>
    /// <param name="ct">See the interface.</param>
    Task ConfigureAsync(AccountId account, AccountSettings settings, CancellationToken ct = default);

    /// <summary>
    /// Lets exactly one caller start an automatic top-up of an account. It ends with a grant of that key, with <see cref="FailReloadAsync"/>, or when its time is over.
    /// </summary>
    /// <param name="account">The account, which is made if it is new.</param>
    /// <param name="key">The key of the grant to come, 1 to 200 characters.</param>
    /// <param name="timeToLive">When somebody else may start one, 1 s to 30 days from now; <see langword="null"/> for 15 minutes.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>Whether this caller starts it.</returns>
    Task<ReloadResult> TryBeginReloadAsync(AccountId account, string key, TimeSpan? timeToLive = null, CancellationToken ct = default);

    /// <summary>Gives a top-up up, so that another can be started.</summary>
    /// <param name="account">The account.</param>
    /// <param name="key">The key that it was begun with.</param>
    /// <param name="ct">See the interface.</param>
    /// <returns>Whether that one was in progress.</returns>
    Task<bool> FailReloadAsync(AccountId account, string key, CancellationToken ct = default);

    /// <summary>What an account has now, in one statement that waits for nobody. Expired and future credits are not spendable, whether or not an operation has met them.</summary>
    /// <param name="account">The account.</param>
    /// <param name="ct">Cancels the statement.</param>
    /// <returns>The balance, of nothing for an account that is not known.</returns>
    Task<CreditBalance> BalanceAsync(AccountId account, CancellationToken ct = default);

    /// <summary>
    /// What an account had at a moment, counted from its entries up to then, in one statement. Holds that had expired by then count as spendable only when an operation had met them. A future
    /// moment tells what would be spendable then if nothing happened meanwhile.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="instant">The moment, by the database's clock; entries of that very moment count.</param>
    /// <param name="ct">Cancels the statement.</param>
    /// <returns>The balance at that moment.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The entries of that moment are archived; the message names the earliest that can be asked for.</exception>
    Task<CreditBalance> BalanceAtAsync(AccountId account, DateTimeOffset instant, CancellationToken ct = default);

    /// <summary>The entries of an account, the newest first, read in pages of 500 as you go. Entries never change, so a later page is of the same ledger; archived ones are gone.</summary>
    /// <param name="account">The account.</param>
    /// <param name="before">Only entries with a lower number, 1 or more: the last one's, to go on; <see langword="null"/> for all.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>The entries.</returns>
    IAsyncEnumerable<LedgerEntry> HistoryAsync(AccountId account, long? before = null, CancellationToken ct = default);
}
