using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public sealed class ReconcileTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("CreditLedger", 15)]
    public async Task Every_difference_is_told_and_nothing_is_corrected()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await GrantAsync(ledger, "in_same", 100);
        await GrantAsync(ledger, "in_amount", 200);
        await GrantAsync(ledger, "in_pool", 300, pool: "promo");
        await GrantAsync(ledger, "in_only_here", 400);
        await GrantAsync(ledger, "in_split", 70, key: "first");
        await GrantAsync(ledger, "in_split", 30, key: "second");
        await GrantAsync(ledger, "welcome", 500, pool: "free");
        await ledger.Ledger.GrantAsync(new(Account, "pi_key", "paid", 600), Ct);
        await ledger.Ledger.GrantAsync(new(AuditedLedger.Account("other"), "in_only_there", "paid", 1), Ct);
        ExternalGrant[] invoices = [new("in_same", 100, "paid"), new("in_amount", 250, "paid"), new("in_pool", 300, "paid"), new("in_only_there", 900, "paid"), new("in_split", 100, "paid"), new("pi_key", 600, "paid")];
        var entries = await ledger.EntriesAsync(Account);

        var differences = await ledger.Audit.ReconcileAsync(new(Account) { Pool = "paid" }, invoices, Ct);

        differences.Should().Equal(
            new GrantDifference(GrantDifferenceKind.Amount, "in_amount") { Pool = "paid", Amount = 200, ExternalPool = "paid", ExternalAmount = 250 },
            new GrantDifference(GrantDifferenceKind.MissingThere, "in_only_here") { Pool = "paid", Amount = 400 },
            new GrantDifference(GrantDifferenceKind.MissingHere, "in_only_there") { ExternalPool = "paid", ExternalAmount = 900 },
            new GrantDifference(GrantDifferenceKind.Pool, "in_pool") { Pool = "promo", Amount = 300, ExternalPool = "paid", ExternalAmount = 300 });
        (await ledger.EntriesAsync(Account)).Should().Equal(entries);
        (await ledger.Audit.ReconcileAsync(new(Account), invoices, Ct)).Should().Contain(new GrantDifference(GrantDifferenceKind.MissingThere, "welcome") { Pool = "free", Amount = 500 });
    }

    [Fact]
    public async Task Only_what_was_granted_in_the_time_can_be_missing_there()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await GrantAsync(ledger, "old", 1);
        await GrantAsync(ledger, "old too", 2);
        await ledger.AdvanceAsync(TimeSpan.FromDays(2));
        var from = await ledger.NowAsync();
        await GrantAsync(ledger, "new", 3);
        var to = await ledger.NowAsync();
        await GrantAsync(ledger, "newer", 4);

        var differences = await ledger.Audit.ReconcileAsync(new(Account) { From = from, To = to }, [new("old", 1, "paid")], Ct);

        differences.Should().Equal(new GrantDifference(GrantDifferenceKind.MissingThere, "new") { Pool = "paid", Amount = 3 });
        (await ledger.Audit.ReconcileAsync(new(Account) { From = to.AddDays(1) }, [], Ct)).Should().BeEmpty();
    }

    [Fact]
    public async Task What_became_of_a_grant_is_no_difference()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.LiveAsync(Account);

        (await ledger.Audit.ReconcileAsync(new(Account), [new("in_1", 1_000, "paid"), new("topup", 700, "paid"), new("free", 500, "free"), new("promo", 200, "promo")], Ct))
            .Should().BeEmpty("it was spent, revoked, expired and moved on to another lot, but it was granted");
    }

    [Fact]
    public async Task What_is_outside_its_limits_is_refused()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var reconcile = (GrantScope scope, ExternalGrant grant) => ledger.Audit.Awaiting(a => a.ReconcileAsync(scope, [grant], Ct));

        await reconcile(new(new("")), new("a", 1, "paid")).Should().ThrowAsync<ArgumentException>().WithMessage("*1 to 200*");
        await reconcile(new(Account) { Pool = "" }, new("a", 1, "paid")).Should().ThrowAsync<ArgumentException>().WithMessage("Pool has 0*");
        await reconcile(new(Account), new("", 1, "paid")).Should().ThrowAsync<ArgumentException>().WithMessage("Reference has 0*");
        await reconcile(new(Account), new("a", 0, "paid")).Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*1 to 10^15*");
    }

    private static Task<GrantResult> GrantAsync(AuditedLedger ledger, string reference, long amount, string pool = "paid", string? key = null) =>
        ledger.Ledger.GrantAsync(new(Account, key ?? "key of " + reference, pool, amount) { Reference = reference }, Ct);
}
