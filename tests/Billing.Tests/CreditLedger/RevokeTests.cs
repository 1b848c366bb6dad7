using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public sealed class RevokeTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ClawbackRule.ReportOnly, 0)]
    [InlineData(ClawbackRule.Debt, 55)]
    [Guarantee("CreditLedger", 9)]
    public async Task What_is_unspent_is_taken_and_what_is_spent_or_held_is_the_shortfall(ClawbackRule rule, long debt)
    {
        await using var ledger = await NewAsync();
        await ledger.Ledger.HoldAsync(new(Account, "h", 15), Ct);

        var result = await ledger.Ledger.RevokeAsync(new(Account, "in_1", "dispute", Rule: rule), Ct);

        (result.Outcome, result.Taken, result.Shortfall, result.Available).Should().Be((RevokeOutcome.Revoked, 45, 55, 20));
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Debt.Should().Be(debt);
        (await ledger.Ledger.SettleAsync(new(Account, "h", 15), Ct)).Outcome.Should().Be(SettleOutcome.Settled, "its hold stays valid");
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("CreditLedger", 9)]
    public async Task A_grant_is_asked_back_once_in_all()
    {
        await using var ledger = await NewAsync();
        var first = await ledger.Ledger.RevokeAsync(new(Account, "in_1", "v1", 70), Ct);

        var again = await ledger.Ledger.RevokeAsync(new(Account, "in_1", "v1", 70), Ct);
        var conflict = await ledger.Ledger.RevokeAsync(new(Account, "in_1", "v1", 71), Ct);
        var tooMuch = await ledger.Ledger.RevokeAsync(new(Account, "in_1", "v2", 31), Ct);
        var rest = await ledger.Ledger.RevokeAsync(new(Account, "in_1", "v2"), Ct);
        var nothing = await ledger.Ledger.RevokeAsync(new(Account, "in_1", "v3"), Ct);

        (first.Taken, first.Shortfall).Should().Be((60, 10));
        again.Should().BeEquivalentTo(first with { Outcome = RevokeOutcome.Replayed });
        conflict.Outcome.Should().Be(RevokeOutcome.Conflict);
        (tooMuch.Outcome, tooMuch.Revocable).Should().Be((RevokeOutcome.ExceedsGrant, 30));
        (rest.Outcome, rest.Taken, rest.Shortfall).Should().Be((RevokeOutcome.Revoked, 0, 30));
        (await ledger.Ledger.RevokeAsync(new(Account, "in_1", "v2"), Ct)).Should().BeEquivalentTo(rest with { Outcome = RevokeOutcome.Replayed });
        nothing.Outcome.Should().Be(RevokeOutcome.ExceedsGrant);
        (await ledger.Ledger.RevokeAsync(new(Account, "never", "v"), Ct)).Outcome.Should().Be(RevokeOutcome.NotFound);
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    private async Task<AuditedLedger> NewAsync()
    {
        var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "in_1", "promo", 100), Ct);
        await ledger.Ledger.SpendAsync(new(Account, "s", 40), Ct);
        await ledger.Ledger.GrantAsync(new(Account, "in_2", "paid", 20), Ct);
        return ledger;
    }
}
