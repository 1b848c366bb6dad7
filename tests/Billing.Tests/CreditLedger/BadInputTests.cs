using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>What is outside its limits is refused before anything is sent: there is no server here.</summary>
public sealed class BadInputTests : IDisposable
{
    private static readonly AccountId Account = AuditedLedger.Account();
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddPostgres(o => o.ConnectionString = "Host=127.0.0.1;Port=1").AddCreditLedger(o => o.Pool("paid", PoolKind.Paid)).AddLogging().BuildServiceProvider();

    private ICreditLedger Ledger => _services.GetRequiredService<ICreditLedger>();

    public static TheoryData<string, Func<ICreditLedger, Task>> Calls => new()
    {
        { "*1 to 10^15*0*", ledger => ledger.SpendAsync(new(Account, "k", 0)) },
        { "*-5*", ledger => ledger.SpendUpToAsync(new(Account, "k", -5)) },
        { "*10^15*1000000000000001*", ledger => ledger.SpendAsync(new(Account, "k", 1_000_000_000_000_001)) },
        { "Key has 0 characters; it must have 1 to 200*", ledger => ledger.SpendAsync(new(Account, "", 1)) },
        { "Key has 201 characters*", ledger => ledger.SpendAsync(new(Account, new('k', 201), 1)) },
        { "Key holds the control character U+0000 at character 1*", ledger => ledger.SpendAsync(new(Account, "k\0", 1)) },
        { "Key holds half of a surrogate pair*", ledger => ledger.SpendAsync(new(Account, "k\ud800", 1)) },
        { "account.Tenant has 0 characters*", ledger => ledger.SpendAsync(new(new(""), "k", 1)) },
        { "account.Asset has 201 characters*", ledger => ledger.SpendAsync(new(new("a", new('b', 201)), "k", 1)) },
        { "Reason has 501 characters*", ledger => ledger.SpendAsync(new(Account, "k", 1, new('r', 501))) },
        { "Reference has 201 characters*", ledger => ledger.SpendAsync(new(Account, "k", 1, null, new('r', 201))) },
        { "There is no pool 'gold'; there are: paid*", ledger => ledger.GrantAsync(new(Account, "k", "gold", 1)) },
        { "*10^15*", ledger => ledger.GrantAsync(new(Account, "k", "paid", 0)) },
        { "ExpiresAt*must be later than EffectiveAt*", ledger => ledger.GrantAsync(new(Account, "k", "paid", 1) { EffectiveAt = Now, ExpiresAt = Now }) },
        { "CostMinor and Currency go together*", ledger => ledger.GrantAsync(new(Account, "k", "paid", 1) { CostMinor = 5 }) },
        { "Currency is 'USD'*lower-case*", ledger => ledger.GrantAsync(new(Account, "k", "paid", 1) { CostMinor = 5, Currency = "USD" }) },
        { "*1 s to 30 days*", ledger => ledger.HoldAsync(new(Account, "k", 1, TimeSpan.FromDays(31))) },
        { "*1 s to 30 days*", ledger => ledger.HoldAsync(new(Account, "k", 1, TimeSpan.Zero)) },
        { "*1 s to 30 days*", ledger => ledger.ExtendAsync(Account, "k", TimeSpan.FromMilliseconds(1)) },
        { "*1 s to 30 days*", ledger => ledger.TryBeginReloadAsync(Account, "k", TimeSpan.FromDays(31)) },
        { "A settlement that is not final needs a Key*", ledger => ledger.SettleAsync(new(Account, "h", 1, Final: false)) },
        { "*1 to 10^15*", ledger => ledger.SettleAsync(new(Account, "h", 0, Final: false, Key: "p")) },
        { "*Reject, TakeAvailable, AllowDebt*", ledger => ledger.SettleAsync(new(Account, "h", 1, Overage: (SettleOverage)9)) },
        { "HoldKey has 0 characters*", ledger => ledger.SettleAsync(new(Account, "", 1)) },
        { "holdKey has 0 characters*", ledger => ledger.ReleaseAsync(Account, "") },
        { "SpendKey has 0 characters*", ledger => ledger.RefundAsync(new(Account, "", "r")) },
        { "*10^15*", ledger => ledger.RefundAsync(new(Account, "s", "r", 0)) },
        { "*NewLot, Forfeit*", ledger => ledger.RefundAsync(new(Account, "s", "r", Expired: (ExpiredRefund)9)) },
        { "GrantKey has 0 characters*", ledger => ledger.RevokeAsync(new(Account, "", "r")) },
        { "*ReportOnly, Debt*", ledger => ledger.RevokeAsync(new(Account, "g", "r", Rule: (ClawbackRule)9)) },
        { "*0 to 10^15*", ledger => ledger.ConfigureAsync(Account, new(OverdraftLimit: -1)) },
        { "*0 to 10^15*", ledger => ledger.ConfigureAsync(Account, new(LowWatermark: -1)) },
        { "*transaction*", ledger => ledger.SpendAsync(null!, new Spend(Account, "k", 1)) },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task What_is_outside_its_limits_is_named_with_the_limit(string message, Func<ICreditLedger, Task> call) =>
        await Ledger.Awaiting(call).Should().ThrowAsync<ArgumentException>().WithMessage(message);

    [Fact]
    public void Options_outside_their_limits_are_named_at_the_start()
    {
        using var services = new ServiceCollection()
            .AddCreditLedger(o => (o.KeyRetention, o.RefundGrace, o.SweepInterval) = (TimeSpan.FromDays(34), TimeSpan.Zero, TimeSpan.Zero)).BuildServiceProvider();

        var failures = services.GetRequiredService<IOptions<CreditLedgerOptions>>().Invoking(o => o.Value).Should().Throw<OptionsValidationException>().Which.Failures;

        failures.Should().ContainMatch("*no pool*o.Pool(*").And.ContainMatch("*KeyRetention*35 days*").And.ContainMatch("*RefundGrace*1 day*").And.ContainMatch("*SweepInterval*1 s*");
    }

    [Fact]
    public void A_pool_outside_its_limits_is_refused()
    {
        var options = new CreditLedgerOptions();

        options.Invoking(o => o.Pool("", PoolKind.Paid)).Should().Throw<ArgumentException>();
        options.Invoking(o => o.Pool("p", PoolKind.Paid, 101)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*0 to 100*");
        options.Invoking(o => o.Pool("p", (PoolKind)7)).Should().Throw<ArgumentException>().WithMessage("*Free, Promotional or Paid*");
    }

    public void Dispose() => _services.Dispose();
}
