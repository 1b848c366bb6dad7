using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public sealed class ExpiryTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("CreditLedger", 7)]
    public async Task Expired_credits_cannot_be_spent_and_the_first_operation_that_meets_them_writes_it_down()
    {
        await using var ledger = await WithExpiryAsync();
        await ledger.AdvanceAsync(TimeSpan.FromHours(2));
        var before = await ledger.Ledger.BalanceAsync(Account, Ct);

        var refused = await ledger.Ledger.SpendAsync(new(Account, "s", 60), Ct);

        (before.Available, before.Spendable).Should().Be((150, 50));
        (refused.Outcome, refused.Spendable).Should().Be((SpendOutcome.Insufficient, 50));
        var last = (await ledger.EntriesAsync(Account))[^1];
        (last.Kind, last.Available, last.AvailableAfter, last.RecognisedMinor).Should().Be((EntryKind.Expire, -100, 50, 777));
    }

    [Fact]
    [Guarantee("CreditLedger", 7)]
    public async Task A_clock_that_went_back_revives_nothing()
    {
        await using var ledger = await WithExpiryAsync();
        await ledger.AdvanceAsync(TimeSpan.FromHours(2));
        await ledger.Ledger.SpendAsync(new(Account, "s", 1), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromHours(-2));

        var result = await ledger.Ledger.SpendAsync(new(Account, "t", 60), Ct);

        result.Spendable.Should().Be(49);
        (await ledger.EntriesAsync(Account)).Select(e => e.At).Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task The_sweeper_carries_out_what_nobody_met()
    {
        await using var ledger = await WithExpiryAsync();
        await ledger.Ledger.HoldAsync(new(Account, "h", 10, TimeSpan.FromMinutes(30)), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromHours(2));

        foreach (var service in ledger.Services.GetServices<IHostedService>().Where(service => service.GetType().Name == "SweepService"))
            await service.StartAsync(Ct);
        await Eventually.HoldsAsync("what has expired is swept", async () => (await ledger.Ledger.BalanceAsync(Account, Ct)).Available == 50);

        (await ledger.EntriesAsync(Account)).TakeLast(2).Select(e => e.Kind).Should().Equal(EntryKind.Lapse, EntryKind.Expire);
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    private async Task<AuditedLedger> WithExpiryAsync()
    {
        var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "a", "paid", 100) { ExpiresAt = (await ledger.NowAsync()).AddHours(1), CostMinor = 777, Currency = "usd" }, Ct);
        await ledger.Ledger.GrantAsync(new(Account, "b", "paid", 50), Ct);
        return ledger;
    }
}
