using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public sealed class VerifyTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("CreditLedger", 14)]
    public async Task An_account_in_which_everything_happens_is_whole_after_every_operation()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var account = AuditedLedger.Account();

        await ledger.LiveAsync(account, after: async () => (await ledger.BreaksAsync()).Should().BeEmpty());

        (await ledger.EntriesAsync(account)).Select(entry => entry.Kind).Distinct().Should().BeEquivalentTo(Enum.GetValues<EntryKind>(), "the life has entries of every kind");
        (await ledger.Ledger.BalanceAsync(account, Ct)).Held.Should().Be(40);
    }

    [Fact, Guarantee("CreditLedger", 14)]
    public async Task Each_break_is_named_with_its_place_and_the_other_accounts_are_not()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        foreach (var tenant in new[] { "a", "b", "c", "d", "e", "f", "g", "whole" })
            await ledger.LiveAsync(AuditedLedger.Account(tenant));
        var lot = (await ledger.EntriesAsync(AuditedLedger.Account("e")))[1].Lot!.Value;

        await ledger.FalsifyAsync("DELETE FROM {schema}.credit_ledger_entries WHERE tenant_id = 'a' AND seq = 7");
        await ledger.FalsifyAsync("UPDATE {schema}.credit_ledger_entries SET available_after = available_after + 1 WHERE tenant_id = 'b' AND seq = 7");
        await ledger.ExecuteAsync("UPDATE {schema}.credit_ledger_accounts SET last_seq = last_seq + 1 WHERE tenant_id = 'c'");
        await ledger.ExecuteAsync("UPDATE {schema}.credit_ledger_accounts SET available = available + 5 WHERE tenant_id = 'd'");
        await ledger.ExecuteAsync($"UPDATE {{schema}}.credit_ledger_lots SET consumed = consumed - 3, revoked = revoked + 3 WHERE tenant_id = 'e' AND lot_id = '{lot}'");
        await ledger.ExecuteAsync("UPDATE {schema}.credit_ledger_holds SET status = 3 WHERE tenant_id = 'f' AND status = 1");
        await ledger.FalsifyAsync("UPDATE {schema}.credit_ledger_entries SET recognised_minor = recognised_minor + 2 WHERE tenant_id = 'g' AND seq = 5");

        var breaks = await ledger.BreaksAsync();
        breaks.Select(found => found.Account.Tenant).Distinct(StringComparer.Ordinal).Should().BeEquivalentTo(["a", "b", "c", "d", "e", "f", "g"]);
        breaks.Should().BeInAscendingOrder(found => found.Invariant);
        breaks.Should().Contain(found => found.Account.Tenant == "a" && found.Invariant == 'a' && found.EntryNumber == 8 && found.Expected == "7" && found.Found == "8");
        breaks.Where(found => found.Account.Tenant == "b").Select(found => (found.Invariant, found.EntryNumber)).Should().Equal(('b', 7), ('b', 8));
        breaks.Should().ContainSingle(found => found.Account.Tenant == "c").Which.Figure.Should().Be("last_seq");
        breaks.Where(found => found.Account.Tenant == "d").Select(found => found.Invariant).Should().Equal('c', 'd');
        breaks.Where(found => found.Account.Tenant == "e").Select(found => (found.Invariant, found.Lot, found.Figure))
            .Should().Equal(('e', lot, "consumed"), ('e', lot, "revoked"), ('g', lot, "recognised_minor"));
        breaks.Where(found => found.Account.Tenant == "f").Should().OnlyContain(found => found.Invariant == 'f' && found.Expected == "0" && found.Found == "40").And.HaveCount(2, "of the lot and of the account");
        breaks.Should().ContainSingle(found => found.Account.Tenant == "g").Which.Should().Match<LedgerBreak>(found => found.Invariant == 'g' && found.Lot != null);
        breaks[0].Message.Should().Be("(a) Account 'a', 'credit', entry 8: seq should be 7, and is 8.");

        (await ledger.BreaksAsync("d")).Should().Equal(breaks.Where(found => found.Account.Tenant == "d"));
        (await ledger.BreaksAsync("whole")).Should().BeEmpty();
        await ledger.Invoking(l => l.BreaksAsync("")).Should().ThrowAsync<ArgumentException>().WithMessage("*1 to 200*");
    }

    [Fact, Guarantee("CreditLedger", 21)]
    public async Task Entries_cannot_be_changed_or_deleted()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(AuditedLedger.Account(), "g", "free", 10), Ct);
        var partition = await ledger.ScalarAsync<string>("SELECT tableoid::regclass::text FROM {schema}.credit_ledger_entries");

        foreach (var sql in new[] { "UPDATE {schema}.credit_ledger_entries SET d_available = 20", "DELETE FROM {schema}.credit_ledger_entries", $"DELETE FROM {partition}" })
            (await ledger.Invoking(l => l.ExecuteAsync(sql)).Should().ThrowAsync<Npgsql.PostgresException>()).Which.MessageText.Should().Contain("never changed");
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Fact, Guarantee("CreditLedger", 14)]
    public async Task Every_snapshot_is_whole_while_accounts_are_written_to()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var accounts = Enumerable.Range(0, 4).Select(i => AuditedLedger.Account($"t{i}")).ToList();
        foreach (var account in accounts)
            await ledger.Ledger.GrantAsync(new(account, "g", "paid", 1_000) { CostMinor = 333, Currency = "eur" }, Ct);
        await using var reader = await InvariantReader.StartAsync(ledger.Audit);

        await Parallel.ForEachAsync(Enumerable.Range(0, 16), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Ct }, async (writer, ct) =>
        {
            var account = accounts[writer % 4];
            for (var i = 0; i < 6; i++)
            {
                var key = $"{writer}-{i}";
                await ledger.Ledger.SpendAsync(new(account, "s" + key, 3), ct);
                await ledger.Ledger.HoldAsync(new(account, "h" + key, 5), ct);
                await ledger.Ledger.SettleAsync(new(account, "h" + key, 2), ct);
                await ledger.Ledger.RefundAsync(new(account, "s" + key, "r" + key, 1), ct);
            }
        });

        (await reader.StopAsync()).Should().BeEmpty();
        reader.Snapshots.Should().BeGreaterThan(1);
        (await ledger.Ledger.BalanceAsync(accounts[0], Ct)).Should().Match<CreditBalance>(b => b.Available == 1_000 - (4 * 6 * 4) && b.Held == 0);
    }
}
