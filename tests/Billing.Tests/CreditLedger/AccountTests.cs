using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public sealed class AccountTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("CreditLedger", 10)]
    public async Task An_account_owes_by_spending_up_to_its_overdraft_limit_and_never_without_one()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 10), Ct);
        var without = await ledger.Ledger.SpendAsync(new(Account, "a", 15), Ct);
        await ledger.Ledger.ConfigureAsync(Account, new(OverdraftLimit: 20), Ct);

        var part = await ledger.Ledger.SpendAsync(new(Account, "a", 15), Ct);
        var tooMuch = await ledger.Ledger.SpendAsync(new(Account, "b", 16), Ct);
        var rest = await ledger.Ledger.SpendAsync(new(Account, "b", 15), Ct);

        without.Outcome.Should().Be(SpendOutcome.Insufficient);
        (part.Amount, part.Owed, part.Lines.Sum(line => line.Amount)).Should().Be((15, 5, 10));
        (tooMuch.Outcome, rest.Owed).Should().Be((SpendOutcome.Insufficient, 15));
        (await ledger.Ledger.SpendAsync(new(Account, "a", 15), Ct)).Should().BeEquivalentTo(part with { Outcome = SpendOutcome.Replayed });
        (await ledger.Ledger.SpendUpToAsync(new(Account, "c", 1), Ct)).Outcome.Should().Be(SpendOutcome.Insufficient, "it takes what there is, and there is nothing");
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Should().BeEquivalentTo(new { Available = 0, Debt = 20, OverdraftLimit = 20 });
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Guarantee("CreditLedger", 10)]
    public async Task Who_owes_more_than_he_may_spends_and_holds_nothing_unless_the_option_lets_him(bool refuses)
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString, configure: o => o.RefuseInDebt = refuses);
        await ledger.Ledger.GrantAsync(new(Account, "in_1", "paid", 10), Ct);
        await ledger.Ledger.GrantAsync(new(Account, "in_2", "paid", 100), Ct);
        await ledger.Ledger.SpendAsync(new(Account, "s", 10), Ct);
        await ledger.Ledger.RevokeAsync(new(Account, "in_1", "v", Rule: ClawbackRule.Debt), Ct);

        var spend = await ledger.Ledger.SpendAsync(new(Account, "t", 1), Ct);
        var upTo = await ledger.Ledger.SpendUpToAsync(new(Account, "u", 1), Ct);
        var hold = await ledger.Ledger.HoldAsync(new(Account, "h", 1), Ct);

        (spend.Outcome == SpendOutcome.InDebt, upTo.Outcome == SpendOutcome.InDebt, hold.Outcome == HoldOutcome.InDebt).Should().Be((refuses, refuses, refuses));
        (await ledger.Ledger.GrantAsync(new(Account, "in_3", "paid", 10), Ct)).DebtRepaid.Should().Be(10);
        (await ledger.Ledger.SpendAsync(new(Account, "w", 1), Ct)).Outcome.Should().Be(SpendOutcome.Spent);
    }

    [Fact]
    [Guarantee("CreditLedger", 12)]
    public async Task Crossing_the_low_watermark_is_said_once_for_each_crossing()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 100), Ct);
        await ledger.Ledger.ConfigureAsync(Account, new(LowWatermark: 90), Ct);

        var crossed = (await Task.WhenAll(Enumerable.Range(0, 40).Select(i => ledger.Ledger.SpendAsync(new(Account, $"s{i}", 1), Ct)))).Where(r => r.CrossedLowWatermark).ToList();
        await ledger.Ledger.GrantAsync(new(Account, "h", "paid", 40), Ct);
        var held = await ledger.Ledger.HoldAsync(new(Account, "h", 50), Ct);
        var beside = await ledger.Ledger.SpendAsync(new(Account, "below", 1), Ct);
        await ledger.Ledger.ReleaseAsync(Account, "h", Ct);
        var exact = await ledger.Ledger.SpendAsync(new(Account, "exact", 9), Ct);
        var again = await ledger.Ledger.SpendAsync(new(Account, "again", 1), Ct);
        var replay = await ledger.Ledger.SpendAsync(new(Account, "again", 1), Ct);
        await ledger.Ledger.GrantAsync(new(Account, "i", "paid", 100), Ct);
        await ledger.Ledger.ConfigureAsync(Account, new(LowWatermark: 0), Ct);
        var without = await ledger.Ledger.SpendAsync(new(Account, "without", 150), Ct);

        crossed.Should().ContainSingle().Which.Available.Should().Be(89);
        (held.CrossedLowWatermark, beside.CrossedLowWatermark, exact.CrossedLowWatermark, again.CrossedLowWatermark, replay.CrossedLowWatermark, without.CrossedLowWatermark)
            .Should().Be((true, false, false, true, false, false));
    }

    [Fact]
    [Guarantee("CreditLedger", 12)]
    public async Task One_of_many_callers_starts_a_reload()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);

        var started = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => ledger.Ledger.TryBeginReloadAsync(Account, "r1", ct: Ct)));
        var during = await ledger.Ledger.TryBeginReloadAsync(Account, "r2", ct: Ct);
        var failedOther = await ledger.Ledger.FailReloadAsync(Account, "r2", Ct);
        var failed = await ledger.Ledger.FailReloadAsync(Account, "r1", Ct);
        var second = await ledger.Ledger.TryBeginReloadAsync(Account, "r2", ct: Ct);
        await ledger.Ledger.GrantAsync(new(Account, "r2", "paid", 10), Ct);
        var granted = await ledger.Ledger.TryBeginReloadAsync(Account, "r2", ct: Ct);
        var third = await ledger.Ledger.TryBeginReloadAsync(Account, "r3", TimeSpan.FromMinutes(5), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromMinutes(6));
        var fourth = await ledger.Ledger.TryBeginReloadAsync(Account, "r4", ct: Ct);

        started.Count(r => r.Outcome == ReloadOutcome.Started).Should().Be(1);
        started.Count(r => r.Outcome == ReloadOutcome.InProgress).Should().Be(63);
        (during.Outcome, during.Until).Should().Be((ReloadOutcome.InProgress, started[0].Until));
        (failedOther, failed).Should().Be((false, true));
        (second.Outcome, granted.Outcome, third.Outcome, fourth.Outcome).Should().Be((ReloadOutcome.Started, ReloadOutcome.AlreadyGranted, ReloadOutcome.Started, ReloadOutcome.Started));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Guarantee("CreditLedger", 13)]
    public async Task The_parts_of_a_lots_revenue_add_up_to_its_cost(int seed)
    {
        var random = new Random(seed);
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var (amount, cost) = (random.Next(50, 500), random.Next(1, 10_000));
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", amount) { CostMinor = cost, Currency = "usd", ExpiresAt = (await ledger.NowAsync()).AddDays(1) }, Ct);
        for (var i = 0; i < 10; i++)
            await ledger.Ledger.SpendAsync(new(Account, $"s{i}", random.Next(1, amount / 12)), Ct);
        await ledger.Ledger.RefundAsync(new(Account, "s3", "r3"), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromDays(2));
        await ledger.Ledger.RefundAsync(new(Account, "s4", "r4"), Ct);
        await ledger.Ledger.RefundAsync(new(Account, "s5", "r5", Expired: ExpiredRefund.Forfeit), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromDays(40));
        await ledger.Ledger.SpendAsync(new(Account, "last", 1), Ct);

        var entries = await ledger.EntriesAsync(Account);

        entries.Sum(e => e.RecognisedMinor).Should().Be(cost, $"all is consumed or expired (seed {seed})");
        entries.Where(e => e.Kind == EntryKind.Refund).Should().OnlyContain(e => e.RecognisedMinor <= 0);
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }
}
