using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>All that the audit and the reads do, behind a pooler that hands out connections for each transaction.</summary>
public sealed class PooledAuditTests(PostgresDatabase database, PgBouncer pooler) : IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>
{
    [Fact]
    public async Task Reads_and_audit_work_behind_a_transaction_pooler()
    {
        var ct = TestContext.Current.CancellationToken;
        var account = AuditedLedger.Account();
        await using var ledger = await AuditedLedger.NewAsync(pooler.Through(database.ConnectionString));
        await ledger.LiveAsync(account);
        await ledger.AdvanceAsync(TimeSpan.FromDays(150));
        var second = await ledger.NowAsync();
        await ledger.LiveAsync(account, "again ");
        var balance = await ledger.Ledger.BalanceAsync(account, ct);
        (await ledger.BreaksAsync()).Should().BeEmpty();

        (await ledger.Audit.ArchiveAsync(second.AddDays(-80), ct)).IsComplete.Should().BeTrue();

        (await ledger.BreaksAsync("acme")).Should().BeEmpty();
        (await ledger.Ledger.BalanceAtAsync(account, balance.At, ct)).Should().BeEquivalentTo(balance);
        (await ledger.EntriesAsync(account)).Should().NotBeEmpty();
        (await ledger.Audit.ReconcileAsync(new(account) { Pool = "promo" }, [new("promo", 200, "promo"), new("again promo", 200, "promo")], ct)).Should().BeEmpty();
        (await ledger.Audit.RecognitionAsync(second, balance.At, ct: ct)).Should().Contain(total => total.Movement == LedgerMovement.Consumed && total.Pool == "paid" && total.RecognisedMinor > 0);
    }
}
