using Npgsql;

namespace Patterns.CreditLedger;

internal sealed class PostgresCreditLedger(LedgerCommit commit, LedgerRequests requests, LedgerReads reads) : ICreditLedger
{
    private delegate T Reading<out T>(LedgerRequest request, in LedgerAnswer answer);

    public Task<GrantResult> GrantAsync(Grant grant, CancellationToken ct = default) => RunAsync(null, requests.Of(grant), LedgerResults.Grant, ct);

    public Task<GrantResult> GrantAsync(NpgsqlTransaction transaction, Grant grant, CancellationToken ct = default) => RunAsync(Given(transaction), requests.Of(grant), LedgerResults.Grant, ct);

    public Task<SpendResult> SpendAsync(Spend spend, CancellationToken ct = default) => RunAsync(null, LedgerRequests.Of(spend, LedgerKind.Spend), LedgerResults.Spend, ct);

    public Task<SpendResult> SpendAsync(NpgsqlTransaction transaction, Spend spend, CancellationToken ct = default) =>
        RunAsync(Given(transaction), LedgerRequests.Of(spend, LedgerKind.Spend), LedgerResults.Spend, ct);

    public Task<SpendResult> SpendUpToAsync(Spend spend, CancellationToken ct = default) => RunAsync(null, LedgerRequests.Of(spend, LedgerKind.SpendUpTo), LedgerResults.Spend, ct);

    public Task<SpendResult> SpendUpToAsync(NpgsqlTransaction transaction, Spend spend, CancellationToken ct = default) =>
        RunAsync(Given(transaction), LedgerRequests.Of(spend, LedgerKind.SpendUpTo), LedgerResults.Spend, ct);

    public Task<HoldResult> HoldAsync(Hold hold, CancellationToken ct = default) => RunAsync(null, LedgerRequests.Of(hold), LedgerResults.Hold, ct);

    public Task<HoldResult> HoldAsync(NpgsqlTransaction transaction, Hold hold, CancellationToken ct = default) => RunAsync(Given(transaction), LedgerRequests.Of(hold), LedgerResults.Hold, ct);

    public Task<SettleResult> SettleAsync(Settle settle, CancellationToken ct = default) => RunAsync(null, LedgerRequests.Of(settle), LedgerResults.Settle, ct);

    public Task<SettleResult> SettleAsync(NpgsqlTransaction transaction, Settle settle, CancellationToken ct = default) =>
        RunAsync(Given(transaction), LedgerRequests.Of(settle), LedgerResults.Settle, ct);

    public Task<ReleaseResult> ReleaseAsync(AccountId account, string holdKey, CancellationToken ct = default) =>
        RunAsync(null, LedgerRequests.Release(account, holdKey), LedgerResults.Release, ct);

    public Task<ReleaseResult> ReleaseAsync(NpgsqlTransaction transaction, AccountId account, string holdKey, CancellationToken ct = default) =>
        RunAsync(Given(transaction), LedgerRequests.Release(account, holdKey), LedgerResults.Release, ct);

    public Task<ExtendResult> ExtendAsync(AccountId account, string holdKey, TimeSpan timeToLive, CancellationToken ct = default) =>
        RunAsync(null, LedgerRequests.Extend(account, holdKey, timeToLive), LedgerResults.Extend, ct);

    public Task<ExtendResult> ExtendAsync(NpgsqlTransaction transaction, AccountId account, string holdKey, TimeSpan timeToLive, CancellationToken ct = default) =>
        RunAsync(Given(transaction), LedgerRequests.Extend(account, holdKey, timeToLive), LedgerResults.Extend, ct);

    public Task<RefundResult> RefundAsync(Refund refund, CancellationToken ct = default) => RunAsync(null, requests.Of(refund), LedgerResults.Refund, ct);

    public Task<RefundResult> RefundAsync(NpgsqlTransaction transaction, Refund refund, CancellationToken ct = default) =>
        RunAsync(Given(transaction), requests.Of(refund), LedgerResults.Refund, ct);

    public Task<RevokeResult> RevokeAsync(Revoke revoke, CancellationToken ct = default) => RunAsync(null, LedgerRequests.Of(revoke), LedgerResults.Revoke, ct);

    public Task<RevokeResult> RevokeAsync(NpgsqlTransaction transaction, Revoke revoke, CancellationToken ct = default) =>
        RunAsync(Given(transaction), LedgerRequests.Of(revoke), LedgerResults.Revoke, ct);

    public Task ConfigureAsync(AccountId account, AccountSettings settings, CancellationToken ct = default) =>
        RunAsync(null, LedgerRequests.Configure(account, settings), static (LedgerRequest _, in LedgerAnswer answer) => answer.Status == LedgerStatus.Applied, ct);

    public Task<ReloadResult> TryBeginReloadAsync(AccountId account, string key, TimeSpan? timeToLive = null, CancellationToken ct = default) =>
        RunAsync(null, LedgerRequests.Reload(account, key, timeToLive), LedgerResults.Reload, ct);

    public Task<bool> FailReloadAsync(AccountId account, string key, CancellationToken ct = default) =>
        RunAsync(null, LedgerRequests.FailReload(account, key), static (LedgerRequest _, in LedgerAnswer answer) => answer.Status == LedgerStatus.Applied, ct);

    public Task<CreditBalance> BalanceAsync(AccountId account, CancellationToken ct = default)
    {
        LedgerText.Check(account, nameof(account));
        return reads.BalanceAsync(account, ct);
    }

    public Task<CreditBalance> BalanceAtAsync(AccountId account, DateTimeOffset instant, CancellationToken ct = default)
    {
        LedgerText.Check(account, nameof(account));
        return reads.BalanceAtAsync(account, instant, ct);
    }

    public IAsyncEnumerable<LedgerEntry> HistoryAsync(AccountId account, long? before = null, CancellationToken ct = default)
    {
        LedgerText.Check(account, nameof(account));
        if (before < 1)
            throw new ArgumentOutOfRangeException(nameof(before), before, "Entries are numbered from 1.");
        return reads.HistoryAsync(account, before ?? long.MaxValue, ct);
    }

    private async Task<T> RunAsync<T>(NpgsqlTransaction? transaction, LedgerRequest request, Reading<T> reading, CancellationToken ct)
    {
        var started = Telemetry.Start();
        var answer = transaction is null
            ? await commit.RunAsync(request, ct).ConfigureAwait(false)
            : await commit.RunAsync(transaction, request, ct).ConfigureAwait(false);
        Telemetry.Stop(started, request.Kind);
        return reading(request, answer);
    }

    private static NpgsqlTransaction Given(NpgsqlTransaction transaction) => transaction ?? throw new ArgumentNullException(nameof(transaction));
}
