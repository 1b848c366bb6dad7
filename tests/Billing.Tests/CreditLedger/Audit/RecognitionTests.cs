using Patterns.CreditLedger;
using static Patterns.CreditLedger.LedgerMovement;

namespace Billing.Tests.CreditLedger;

public sealed class RecognitionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("CreditLedger", 13)]
    public async Task Every_movement_of_an_accounts_life_is_in_the_totals()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var from = await ledger.NowAsync();
        await ledger.LiveAsync(Account);
        await ledger.LiveAsync(AuditedLedger.Account("other"));

        var totals = await ledger.Audit.RecognitionAsync(from, from.AddDays(60), "acme", Ct);

        totals.Should().Equal(
            new(Granted, "free", PoolKind.Free, null, 500, 0),
            new(Consumed, "free", PoolKind.Free, null, 570, 0),
            new(Expired, "free", PoolKind.Free, null, 30, 0),
            new(Refunded, "free", PoolKind.Free, null, 170, 0),
            new(Moved, "free", PoolKind.Free, null, 70, 0),
            new(Granted, "paid", PoolKind.Paid, "usd", 1_700, 0),
            new(Consumed, "paid", PoolKind.Paid, "usd", 1_710, 17_099),
            new(Refunded, "paid", PoolKind.Paid, "usd", 1_560, -15_600),
            new(Revoked, "paid", PoolKind.Paid, "usd", 90, 0),
            new(Granted, "promo", PoolKind.Promotional, null, 200, 0),
            new(Expired, "promo", PoolKind.Promotional, null, 200, 0),
            new(DebtMade, null, null, null, 4_170, 0),
            new(DebtRepaid, null, null, null, 700, 0),
            new(DebtCleared, null, null, null, 3_470, 0));
        (await ledger.Audit.RecognitionAsync(from, from.AddDays(60), ct: Ct)).Should().Equal(totals.Select(total => total with { Units = 2 * total.Units, RecognisedMinor = 2 * total.RecognisedMinor }));
    }

    [Fact, Guarantee("CreditLedger", 13)]
    public async Task The_periods_of_a_lots_life_add_up_to_its_cost()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var start = await ledger.NowAsync();
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 1_000) { CostMinor = 9_999, Currency = "eur", ExpiresAt = start.AddDays(20) }, Ct);
        await ledger.Ledger.SpendAsync(new(Account, "s1", 333), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromDays(7));
        await ledger.Ledger.SpendAsync(new(Account, "s2", 333), Ct);
        await ledger.Ledger.RefundAsync(new(Account, "s1", "r1", 1), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromDays(14));
        await ledger.Ledger.SpendAsync(new(Account, "s3", 1), Ct);

        (await WeekAsync(0)).Should().Equal((Granted, 1_000, 0), (Consumed, 333, 3_329));
        (await WeekAsync(1)).Should().Equal((Consumed, 333, 3_330), (Refunded, 1, -10));
        (await WeekAsync(3)).Should().Equal([(Expired, 335, 3_350)], "the rest is breakage, and with it the whole cost is recognised");
        (3_329 + 3_330 - 10 + 3_350).Should().Be(9_999);

        async Task<IEnumerable<(LedgerMovement, long, long)>> WeekAsync(int week) =>
            (await ledger.Audit.RecognitionAsync(start.AddDays(7 * week), start.AddDays(7 * (week + 1)), ct: Ct)).Select(total => (total.Movement, total.Units, total.RecognisedMinor));
    }

    [Fact]
    public async Task An_entry_is_in_the_period_that_begins_with_it()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 5), Ct);
        var at = (await ledger.EntriesAsync(Account))[0].At;

        (await ledger.Audit.RecognitionAsync(at.AddDays(-1), at, ct: Ct)).Should().BeEmpty();
        (await ledger.Audit.RecognitionAsync(at, at.AddDays(1), ct: Ct)).Should().ContainSingle().Which.Units.Should().Be(5);
        await ledger.Audit.Awaiting(a => a.RecognitionAsync(at, at, ct: Ct)).Should().ThrowAsync<ArgumentException>().WithMessage("*must end after its beginning*");
    }
}
