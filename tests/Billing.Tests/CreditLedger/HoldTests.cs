using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public sealed class HoldTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("CreditLedger", 6)]
    public async Task A_hold_keeps_credits_of_its_lots_and_its_settlement_spends_some_and_gives_the_rest_back()
    {
        await using var ledger = await NewAsync(("free", 30), ("paid", 100));
        var held = await ledger.Ledger.HoldAsync(new(Account, "h", 50), Ct);
        var during = await ledger.Ledger.BalanceAsync(Account, Ct);
        var beside = await ledger.Ledger.SpendAsync(new(Account, "s", 81), Ct);

        var settled = await ledger.Ledger.SettleAsync(new(Account, "h", 40), Ct);

        held.Lines.Select(line => (line.Pool, line.Amount)).Should().Equal(("free", 30), ("paid", 20));
        (during.Available, during.Held).Should().Be((80, 50));
        beside.Spendable.Should().Be(80);
        (settled.Outcome, settled.Amount, settled.Released, settled.Available, settled.HeldAtFirst, settled.SettledInAll).Should().Be((SettleOutcome.Settled, 40, 10, 90, 50, 40));
        settled.Lines.Select(line => (line.Pool, line.Amount)).Should().Equal(("free", 30), ("paid", 10));
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("CreditLedger", 6)]
    public async Task A_hold_ends_once_and_later_calls_are_told_what_happened()
    {
        await using var ledger = await NewAsync(("paid", 100));
        foreach (var key in new[] { "settled", "released", "expired" })
            await ledger.Ledger.HoldAsync(new(Account, key, 10, TimeSpan.FromMinutes(5)), Ct);
        await ledger.Ledger.SettleAsync(new(Account, "settled", 4), Ct);
        await ledger.Ledger.ReleaseAsync(Account, "released", Ct);
        await ledger.AdvanceAsync(TimeSpan.FromMinutes(6));

        foreach (var (key, settle, end) in new[]
        {
            ("settled", SettleOutcome.AlreadySettled, HoldEnd.AlreadySettled), ("released", SettleOutcome.AlreadyReleased, HoldEnd.AlreadyReleased), ("expired", SettleOutcome.HoldExpired, HoldEnd.HoldExpired),
            ("never", SettleOutcome.NotFound, HoldEnd.NotFound),
        })
        {
            var again = await ledger.Ledger.SettleAsync(new(Account, key, 4, Key: "again"), Ct);
            (again.Outcome, again.Amount).Should().Be((settle, 0));
            var released = await ledger.Ledger.ReleaseAsync(Account, key, Ct);
            (released.Outcome, released.Released).Should().Be((end, 0));
            (released.SettledInAll, released.EndedAt is null).Should().Be((key == "settled" ? 4 : 0, key == "never"));
            (await ledger.Ledger.ExtendAsync(Account, key, TimeSpan.FromHours(1), Ct)).Outcome.Should().Be(end);
        }

        (await ledger.Ledger.SettleAsync(new(Account, "settled", 4), Ct)).Should().BeEquivalentTo(new { Outcome = SettleOutcome.Replayed, Amount = 4, Released = 6 });
        (await ledger.Ledger.HoldAsync(new(Account, "settled", 10, TimeSpan.FromMinutes(5)), Ct)).Outcome.Should().Be(HoldOutcome.Replayed);
        (await ledger.Ledger.HoldAsync(new(Account, "settled", 11, TimeSpan.FromMinutes(5)), Ct)).Outcome.Should().Be(HoldOutcome.Conflict);
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Should().BeEquivalentTo(new { Available = 96, Held = 0 });
    }

    [Theory]
    [InlineData(SettleOverage.Reject, SettleOutcome.OverHold, 10, 0)]
    [InlineData(SettleOverage.TakeAvailable, SettleOutcome.Settled, 25, 0)]
    [InlineData(SettleOverage.TakeAvailable, SettleOutcome.Insufficient, 31, 0)]
    [InlineData(SettleOverage.AllowDebt, SettleOutcome.Settled, 45, 15)]
    [Guarantee("CreditLedger", 10)]
    public async Task More_than_is_held_follows_the_overage(SettleOverage overage, SettleOutcome outcome, long actual, long owed)
    {
        await using var ledger = await NewAsync(("paid", 30));
        await ledger.Ledger.HoldAsync(new(Account, "h", 9), Ct);

        var settled = await ledger.Ledger.SettleAsync(new(Account, "h", actual, Overage: overage), Ct);

        (settled.Outcome, settled.Owed).Should().Be((outcome, owed));
        var balance = await ledger.Ledger.BalanceAsync(Account, Ct);
        if (outcome == SettleOutcome.Settled)
            (settled.Amount, balance.Available, balance.Held, balance.Debt).Should().Be((actual, Math.Max(30 - actual, 0), 0, owed));
        else
            (settled.Amount, balance.Available, balance.Held, settled.Spendable).Should().Be((0, 21, 9, overage == SettleOverage.Reject ? 9 : 30));
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Partial_settlements_each_have_a_key_and_the_last_one_ends_the_hold()
    {
        await using var ledger = await NewAsync(("free", 10), ("paid", 100));
        await ledger.Ledger.HoldAsync(new(Account, "h", 40), Ct);

        var first = await ledger.Ledger.SettleAsync(new(Account, "h", 15, Final: false, Key: "p1"), Ct);
        var again = await ledger.Ledger.SettleAsync(new(Account, "h", 15, Final: false, Key: "p1"), Ct);
        var conflict = await ledger.Ledger.SettleAsync(new(Account, "h", 16, Final: false, Key: "p1"), Ct);
        var last = await ledger.Ledger.SettleAsync(new(Account, "h", 5), Ct);

        first.Lines.Select(line => (line.Pool, line.Amount)).Should().Equal(("free", 10), ("paid", 5));
        first.EndedAt.Should().BeNull();
        (again.Outcome, again.Amount, conflict.Outcome).Should().Be((SettleOutcome.Replayed, 15, SettleOutcome.Conflict));
        (last.Outcome, last.Amount, last.Released, last.SettledInAll).Should().Be((SettleOutcome.Settled, 5, 20, 20));
        (await ledger.Ledger.RefundAsync(new(Account, "p1", "r"), Ct)).Amount.Should().Be(15, "a settlement is refunded by its key");
    }

    [Fact]
    public async Task A_hold_is_extended_and_never_shortened()
    {
        await using var ledger = await NewAsync(("paid", 100));
        var held = await ledger.Ledger.HoldAsync(new(Account, "h", 10), Ct);
        held.ExpiresAt.Should().BeCloseTo(await ledger.NowAsync() + TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(2), "that is the default");

        (await ledger.Ledger.ExtendAsync(Account, "h", TimeSpan.FromSeconds(1), Ct)).ExpiresAt.Should().Be(held.ExpiresAt);
        (await ledger.Ledger.ExtendAsync(Account, "h", TimeSpan.FromDays(1), Ct)).ExpiresAt.Should().BeAfter(held.ExpiresAt!.Value);
        await ledger.AdvanceAsync(TimeSpan.FromHours(1));

        (await ledger.Ledger.SettleAsync(new(Account, "h", 10), Ct)).Lines.Should().Equal(held.Lines);
    }

    [Fact]
    [Guarantee("CreditLedger", 7)]
    public async Task Held_credits_of_a_lot_that_expires_stay_good_and_expire_at_once_when_they_come_back()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "g", "promo", 100) { ExpiresAt = (await ledger.NowAsync()).AddHours(1) }, Ct);
        await ledger.Ledger.HoldAsync(new(Account, "h", 40, TimeSpan.FromHours(5)), Ct);
        await ledger.Ledger.HoldAsync(new(Account, "l", 20, TimeSpan.FromHours(3)), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromHours(2));

        var settled = await ledger.Ledger.SettleAsync(new(Account, "h", 30), Ct);

        (settled.Outcome, settled.Amount, settled.Released, settled.Available).Should().Be((SettleOutcome.Settled, 30, 10, 0));
        (await ledger.EntriesAsync(Account)).Select(e => (e.Kind, e.Available, e.Held)).Skip(3)
            .Should().Equal((EntryKind.Expire, -40, 0), (EntryKind.Settle, 0, -30), (EntryKind.Release, 10, -10), (EntryKind.Expire, -10, 0));
        await ledger.AdvanceAsync(TimeSpan.FromHours(2));
        (await ledger.Ledger.SpendAsync(new(Account, "s", 1), Ct)).Spendable.Should().Be(0);
        (await ledger.EntriesAsync(Account)).TakeLast(2).Select(e => (e.Kind, e.Available, e.Held)).Should().Equal((EntryKind.Lapse, 20, -20), (EntryKind.Expire, -20, 0));
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    private async Task<AuditedLedger> NewAsync(params (string Pool, long Amount)[] grants)
    {
        var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        foreach (var (pool, amount) in grants)
            await ledger.Ledger.GrantAsync(new(Account, pool, pool, amount), Ct);
        return ledger;
    }
}
