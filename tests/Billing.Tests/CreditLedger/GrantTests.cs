using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public sealed class GrantTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("CreditLedger", 2)]
    public async Task A_grant_is_made_once_for_ever_and_another_content_changes_nothing()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var expires = (await ledger.NowAsync()).AddYears(1);
        var grant = new Grant(Account, "in_1", "paid", 100) { CostMinor = 999, Currency = "usd", Reference = "in_1", ExpiresAt = expires };
        var first = await ledger.Ledger.GrantAsync(grant, Ct);
        await ledger.AdvanceAsync(TimeSpan.FromDays(1_000));

        var again = await ledger.Ledger.GrantAsync(grant with { ExpiresAt = expires.ToOffset(TimeSpan.FromHours(3)) }, Ct);
        Grant[] others =
        [
            grant with { Amount = 101 }, grant with { Pool = "promo" }, grant with { CostMinor = 1 }, grant with { Currency = "eur" }, grant with { Reference = null },
            grant with { Reason = "goodwill" }, grant with { ExpiresAt = null }, grant with { EffectiveAt = expires.AddDays(-1) },
        ];
        var conflicts = await Task.WhenAll(others.Select(other => ledger.Ledger.GrantAsync(other, Ct)));

        first.Should().BeEquivalentTo(new GrantResult(GrantOutcome.Granted) { Amount = 100, EntryNumber = 1, Available = 100, Lot = first.Lot });
        again.Should().BeEquivalentTo(first with { Outcome = GrantOutcome.Replayed });
        conflicts.Should().OnlyContain(r => r.Outcome == GrantOutcome.Conflict && r.Lot == first.Lot);
        (await ledger.EntriesAsync(Account)).Where(e => e.Kind == EntryKind.Grant).Should().ContainSingle();
    }

    [Fact]
    public async Task Equal_keys_of_other_accounts_and_assets_are_other_grants()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);

        foreach (var account in new AccountId[] { new("a"), new("b"), new("a", "image"), new("a\u00e9", "c"), new("a", "\u00e9c") })
            (await ledger.Ledger.GrantAsync(new(account, "in_1", "paid", 5), Ct)).Outcome.Should().Be(GrantOutcome.Granted);

        (await ledger.Ledger.SpendAsync(new(new("a", "image"), "s", 6), Ct)).Spendable.Should().Be(5);
    }

    [Fact]
    [Guarantee("CreditLedger", 7)]
    public async Task Credits_count_from_their_first_instant_and_not_before()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "later", "free", 10) { EffectiveAt = (await ledger.NowAsync()).AddHours(1) }, Ct);
        await ledger.Ledger.GrantAsync(new(Account, "now", "paid", 10), Ct);

        var early = await ledger.Ledger.SpendAsync(new(Account, "s", 15), Ct);
        var held = await ledger.Ledger.HoldAsync(new(Account, "h", 15), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromHours(2));
        var late = await ledger.Ledger.SpendAsync(new(Account, "s", 15), Ct);

        (early.Spendable, held.Spendable, late.Outcome).Should().Be((10, 10, SpendOutcome.Spent));
    }

    [Fact]
    public async Task A_grant_repays_debt_first_with_an_entry_of_its_own()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.ConfigureAsync(Account, new(OverdraftLimit: 100), Ct);
        await ledger.Ledger.SpendAsync(new(Account, "s", 80), Ct);

        var part = await ledger.Ledger.GrantAsync(new(Account, "a", "free", 30), Ct);
        var rest = await ledger.Ledger.GrantAsync(new(Account, "b", "paid", 100) { CostMinor = 1_000, Currency = "eur" }, Ct);

        (part.DebtRepaid, part.Available).Should().Be((30, 0));
        (rest.DebtRepaid, rest.Available).Should().Be((50, 50));
        (await ledger.EntriesAsync(Account)).Where(e => e.Kind == EntryKind.Repay).Select(e => (e.Available, e.Debt, e.DebtAfter, e.RecognisedMinor))
            .Should().Equal((-30, -30, 50, 0), (-50, -50, 0, 500));
    }

    [Fact]
    public async Task Of_what_would_pass_the_range_of_a_figure_only_that_caller_hears()
    {
        const long most = 1_000_000_000_000_000;
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "a", "free", most), Ct);
        await ledger.ExecuteAsync("UPDATE {schema}.credit_ledger_accounts SET available = 9223372036854775807 - 5");

        var calls = Enumerable.Range(0, 20).Select(i => ledger.Ledger.GrantAsync(new(i == 7 ? Account : AuditedLedger.Account($"t{i}"), "b", "free", 6), Ct)).ToList();

        for (var i = 0; i < calls.Count; i++)
        {
            if (i == 7)
                (await calls[i].Awaiting(call => call).Should().ThrowAsync<ArgumentException>()).Which.Message.Should().Contain("range").And.Contain("acme");
            else
                (await calls[i]).Outcome.Should().Be(GrantOutcome.Granted);
        }
    }
}
