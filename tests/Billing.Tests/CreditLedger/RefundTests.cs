using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public sealed class RefundTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("CreditLedger", 8)]
    public async Task Credits_go_back_to_their_lots_the_last_drained_first_and_never_more_than_was_spent()
    {
        await using var ledger = await NewAsync();
        var spent = await ledger.Ledger.SpendAsync(new(Account, "s", 80), Ct);

        var first = await ledger.Ledger.RefundAsync(new(Account, "s", "r1", 40), Ct);
        var tooMuch = await ledger.Ledger.RefundAsync(new(Account, "s", "r2", 41), Ct);
        var rest = await ledger.Ledger.RefundAsync(new(Account, "s", "r2"), Ct);
        var nothing = await ledger.Ledger.RefundAsync(new(Account, "s", "r3"), Ct);

        spent.Lines.Select(line => (line.Pool, line.Amount)).Should().Equal(("promo", 50), ("paid", 30));
        first.Lines.Select(line => (line.Pool, line.Amount)).Should().Equal(("paid", 30), ("promo", 10));
        (tooMuch.Outcome, tooMuch.Refundable).Should().Be((RefundOutcome.ExceedsSpend, 40));
        (rest.Outcome, rest.Amount, rest.Available).Should().Be((RefundOutcome.Refunded, 40, 150));
        (nothing.Outcome, nothing.Refundable).Should().Be((RefundOutcome.ExceedsSpend, 0));
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("CreditLedger", 8)]
    public async Task A_refund_is_made_once()
    {
        await using var ledger = await NewAsync();
        await ledger.Ledger.SpendAsync(new(Account, "s", 80), Ct);
        await ledger.Ledger.SpendAsync(new(Account, "t", 10), Ct);
        var first = await ledger.Ledger.RefundAsync(new(Account, "s", "r", 40), Ct);

        var again = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ledger.Ledger.RefundAsync(new(Account, "s", "r", 40), Ct)));
        var other = await ledger.Ledger.RefundAsync(new(Account, "t", "r", 5), Ct);

        again.Should().AllBeEquivalentTo(first with { Outcome = RefundOutcome.Replayed });
        other.Outcome.Should().Be(RefundOutcome.Conflict);
        (await ledger.Ledger.RefundAsync(new(Account, "never", "x"), Ct)).Outcome.Should().Be(RefundOutcome.NotFound);
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Available.Should().Be(100);
    }

    [Theory]
    [InlineData(ExpiredRefund.NewLot, 45)]
    [InlineData(ExpiredRefund.Forfeit, 30)]
    [Guarantee("CreditLedger", 8)]
    public async Task Into_a_lot_that_has_expired_the_rule_decides(ExpiredRefund rule, long available)
    {
        await using var ledger = await NewAsync();
        var spent = await ledger.Ledger.SpendAsync(new(Account, "s", 80), Ct);
        await ledger.Ledger.SpendAsync(new(Account, "t", 70), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromDays(2));

        var result = await ledger.Ledger.RefundAsync(new(Account, "s", "r", 45, rule), Ct);

        (result.Amount, result.Forfeited, result.Available).Should().Be((45, rule == ExpiredRefund.Forfeit ? 15 : 0, available));
        result.Lines[0].Should().Be(new CreditLine(spent.Lines[1].Lot, "paid", 30));
        if (rule == ExpiredRefund.NewLot)
        {
            result.Lines.Should().HaveCount(2);
            (result.Lines[1].Pool, result.Lines[1].Amount).Should().Be(("promo", 15));
            result.Lines[1].Lot.Should().NotBe(spent.Lines[0].Lot);
            var balance = await ledger.Ledger.BalanceAsync(Account, Ct);
            balance.NextExpiry.Should().BeCloseTo(await ledger.NowAsync() + TimeSpan.FromDays(30), TimeSpan.FromMinutes(5));
        }

        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_spend_owed_is_given_back_first_also_when_it_was_repaid_meanwhile()
    {
        await using var ledger = await NewAsync();
        await ledger.Ledger.ConfigureAsync(Account, new(OverdraftLimit: 100), Ct);
        await ledger.Ledger.SpendAsync(new(Account, "s", 200), Ct);
        var repaying = await ledger.Ledger.GrantAsync(new(Account, "g", "free", 30), Ct);

        var result = await ledger.Ledger.RefundAsync(new(Account, "s", "r", 60), Ct);

        // 50 were owed, of which 30 are repaid: 20 are owed no more, 30 return to the lot that repaid, and 10 to the last lot that was drained.
        (result.Amount, result.DebtCleared, result.Available).Should().Be((60, 20, 40));
        result.Lines.Select(line => (line.Pool, line.Amount)).Should().Equal(("free", 30), ("paid", 10));
        result.Lines[0].Lot.Should().Be(repaying.Lot);
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Debt.Should().Be(0);
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    private async Task<AuditedLedger> NewAsync()
    {
        var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "a", "promo", 50) { ExpiresAt = (await ledger.NowAsync()).AddDays(1) }, Ct);
        await ledger.Ledger.GrantAsync(new(Account, "b", "paid", 100), Ct);
        return ledger;
    }
}
