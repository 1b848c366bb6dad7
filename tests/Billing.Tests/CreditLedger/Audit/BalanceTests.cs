using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public sealed class BalanceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("CreditLedger", 11), Guarantee("CreditLedger", 7)]
    public async Task A_balance_tells_what_could_be_spent_whether_or_not_an_operation_has_met_what_expired()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var credits = ledger.Ledger;
        var now = await ledger.NowAsync();
        var expiry = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(2);
        await credits.GrantAsync(new(Account, "free", "free", 100) { ExpiresAt = expiry }, Ct);
        await credits.GrantAsync(new(Account, "promo", "promo", 50) { EffectiveAt = now.AddDays(3) }, Ct);
        await credits.GrantAsync(new(Account, "paid", "paid", 300), Ct);
        await credits.HoldAsync(new(Account, "h", 30, TimeSpan.FromMinutes(1)), Ct);

        var balance = await credits.BalanceAsync(Account, Ct);
        balance.Should().Match<CreditBalance>(b => b.Available == 420 && b.Held == 30 && b.Debt == 0 && b.EntryNumber == 4 && b.Spendable == 370);
        balance.Pools.Should().Equal(new PoolBalance("free", 70, 70, 30), new PoolBalance("paid", 300, 300, 0), new PoolBalance("promo", 50, 0, 0));
        balance.NextExpiry.Should().Be(expiry);
        balance.At.Should().BeCloseTo(now, TimeSpan.FromMinutes(1));

        await ledger.AdvanceAsync(TimeSpan.FromMinutes(2));
        balance = await credits.BalanceAsync(Account, Ct);
        balance.Should().Match<CreditBalance>(b => b.Available == 420 && b.Held == 30 && b.EntryNumber == 4 && b.Spendable == 400, "the hold has expired");

        await ledger.AdvanceAsync(expiry - await ledger.NowAsync());
        balance = await credits.BalanceAsync(Account, Ct);
        balance.Should().Match<CreditBalance>(b => b.Available == 420 && b.EntryNumber == 4 && b.Spendable == 300 && b.NextExpiry == null, "the free lot has expired");
        balance.Pools[0].Should().Be(new PoolBalance("free", 70, 0, 30));

        await ledger.AdvanceAsync(TimeSpan.FromDays(2));
        (await credits.BalanceAsync(Account, Ct)).Spendable.Should().Be(350, "the promotional lot is effective");
        (await credits.SpendUpToAsync(new(Account, "all", 1_000), Ct)).Amount.Should().Be(350, "that is what a spend gets");
        (await credits.BalanceAsync(Account, Ct)).Should().Match<CreditBalance>(b => b.Available == 0 && b.Held == 0 && b.Spendable == 0 && b.Pools.Count == 0);
    }

    [Fact]
    public async Task An_unknown_account_has_nothing_and_a_bad_one_is_refused()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var now = await ledger.NowAsync();

        foreach (var balance in new[] { await ledger.Ledger.BalanceAsync(Account, Ct), await ledger.Ledger.BalanceAtAsync(Account, now, Ct) })
        {
            balance.Should().Match<CreditBalance>(b => b.Account == Account && b.Available == 0 && b.Spendable == 0 && b.EntryNumber == 0 && b.NextExpiry == null && b.LowWatermark == null);
            balance.At.Should().BeCloseTo(now, TimeSpan.FromMinutes(1));
        }

        await ledger.Ledger.Invoking(l => l.BalanceAsync(new(""), Ct)).Should().ThrowAsync<ArgumentException>().WithMessage("account.Tenant has 0 characters; it must have 1 to 200.*");
        await ledger.Ledger.Invoking(l => l.BalanceAtAsync(new("acme", new string('a', 201)), now, Ct)).Should().ThrowAsync<ArgumentException>().WithMessage("account.Asset has 201*");
        ledger.Ledger.Invoking(l => l.HistoryAsync(default)).Should().Throw<ArgumentException>();
        ledger.Ledger.Invoking(l => l.HistoryAsync(Account, 0)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*numbered from 1*");
    }

    [Fact]
    public async Task Debt_and_settings_are_told()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.ConfigureAsync(Account, new(OverdraftLimit: 100, LowWatermark: 20), Ct);
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 50), Ct);
        await ledger.Ledger.SpendAsync(new(Account, "s", 80), Ct);

        (await ledger.Ledger.BalanceAsync(Account, Ct)).Should().Match<CreditBalance>(b => b.Debt == 30 && b.Available == 0 && b.OverdraftLimit == 100 && b.LowWatermark == 20 && b.EntryNumber == 3);
    }

    [Fact, Guarantee("CreditLedger", 11)]
    public async Task The_balance_at_an_instant_is_the_one_that_was_told_then()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var before = await ledger.NowAsync();
        var told = new List<CreditBalance>();
        await ledger.LiveAsync(Account, after: async () => told.Add(await ledger.Ledger.BalanceAsync(Account, Ct)));

        told.Should().HaveCount(17);
        foreach (var then in told)
            (await ledger.Ledger.BalanceAtAsync(Account, then.At, Ct)).Should().BeEquivalentTo(then);
        (await ledger.Ledger.BalanceAtAsync(Account, before.AddSeconds(-1), Ct)).Should().Match<CreditBalance>(b => b.EntryNumber == 0 && b.Available == 0 && b.Pools.Count == 0);
    }

    [Fact]
    public async Task An_entry_counts_from_its_own_instant()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 50), Ct);
        var at = (await ledger.EntriesAsync(Account))[0].At;

        (await ledger.Ledger.BalanceAtAsync(Account, at, Ct)).Available.Should().Be(50);
        (await ledger.Ledger.BalanceAtAsync(Account, at.AddMicroseconds(-1), Ct)).Available.Should().Be(0);
    }

    [Fact]
    public async Task A_future_instant_tells_what_will_have_expired_or_become_effective()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var now = await ledger.NowAsync();
        await ledger.Ledger.GrantAsync(new(Account, "a", "free", 10) { ExpiresAt = now.AddDays(2) }, Ct);
        await ledger.Ledger.GrantAsync(new(Account, "b", "paid", 7) { EffectiveAt = now.AddDays(1) }, Ct);

        (await ledger.Ledger.BalanceAtAsync(Account, now.AddHours(23), Ct)).Spendable.Should().Be(10);
        (await ledger.Ledger.BalanceAtAsync(Account, now.AddDays(1).AddHours(1), Ct)).Spendable.Should().Be(17);
        (await ledger.Ledger.BalanceAtAsync(Account, now.AddDays(2), Ct)).Spendable.Should().Be(7);
    }
}
