using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>Thirteen days of an account in which entries of every kind come up, ending with 40 credits held and the clock where the account has nothing that is due.</summary>
internal static class LedgerLife
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="ledger">The ledger, whose clock is moved.</param>
    /// <param name="account">A new account.</param>
    /// <param name="prefix">Begins every key, so that an account can live twice.</param>
    /// <param name="after">Looks at the account after each operation.</param>
    public static async Task LiveAsync(this AuditedLedger ledger, AccountId account, string prefix = "", Func<Task>? after = null)
    {
        var now = await ledger.NowAsync();
        var credits = ledger.Ledger;

        // What expires first is drained first, then what has the lower priority: 500 of free, 100 of paid.
        await Does(credits.GrantAsync(new(account, prefix + "free", "free", 500) { ExpiresAt = now.AddDays(10) }, Ct), r => r.Outcome == GrantOutcome.Granted);
        await Does(credits.GrantAsync(new(account, prefix + "paid", "paid", 1000) { CostMinor = 9_999, Currency = "usd", Reference = prefix + "in_1" }, Ct), r => r.Outcome == GrantOutcome.Granted);
        await Does(credits.GrantAsync(new(account, prefix + "promo", "promo", 200) { EffectiveAt = now.AddDays(5), ExpiresAt = now.AddDays(13) }, Ct), r => r.Outcome == GrantOutcome.Granted);
        await Does(credits.SpendAsync(new(account, prefix + "s1", 600, "a run", "job-1"), Ct), r => r.Outcome == SpendOutcome.Spent);

        await Does(credits.HoldAsync(new(account, prefix + "h1", 200), Ct), r => r.Outcome == HoldOutcome.Held);
        await Does(credits.SettleAsync(new(account, prefix + "h1", 150), Ct), r => r.Outcome == SettleOutcome.Settled);
        await Does(credits.HoldAsync(new(account, prefix + "h2", 50), Ct), r => r.Outcome == HoldOutcome.Held);
        await Does(credits.ReleaseAsync(account, prefix + "h2", Ct), r => r.Outcome == HoldEnd.Done);
        await Does(credits.HoldAsync(new(account, prefix + "h3", 20, TimeSpan.FromMinutes(1)), Ct), r => r.Outcome == HoldOutcome.Held);
        await ledger.AdvanceAsync(TimeSpan.FromMinutes(2));
        await Does(credits.RefundAsync(new(account, prefix + "s1", prefix + "r1", 130), Ct), r => r.Outcome == RefundOutcome.Refunded);

        // By now the free lot has expired, so the rest of the refund goes to a successor.
        await ledger.AdvanceAsync(TimeSpan.FromDays(11));
        await Does(credits.RefundAsync(new(account, prefix + "s1", prefix + "r2", 70), Ct), r => r.Outcome == RefundOutcome.Refunded);
        await Does(credits.RevokeAsync(new(account, prefix + "paid", prefix + "v1", 90), Ct), r => r is { Outcome: RevokeOutcome.Revoked, Taken: 90 });

        // The promotional lot expires, then a job costs more than there is: it is owed, a grant repays it, and then the job is given back.
        await ledger.AdvanceAsync(TimeSpan.FromDays(3));
        await Does(credits.HoldAsync(new(account, prefix + "h4", 10), Ct), r => r.Outcome == HoldOutcome.Held);
        await Does(credits.SettleAsync(new(account, prefix + "h4", 5_000, Overage: SettleOverage.AllowDebt), Ct), r => r.Outcome == SettleOutcome.Settled);
        await Does(credits.GrantAsync(new(account, prefix + "topup", "paid", 700) { CostMinor = 7_000, Currency = "usd" }, Ct), r => r is { Outcome: GrantOutcome.Granted, DebtRepaid: 700 });
        await Does(credits.RefundAsync(new(account, prefix + "h4", prefix + "r3"), Ct), r => r.Outcome == RefundOutcome.Refunded);
        await Does(credits.HoldAsync(new(account, prefix + "h5", 40, TimeSpan.FromDays(30)), Ct), r => r.Outcome == HoldOutcome.Held);

        async Task Does<T>(Task<T> operation, Func<T, bool> isDone)
        {
            var result = await operation;
            isDone(result).Should().BeTrue($"it is {result}");
            if (after is not null)
                await after();
        }
    }
}
