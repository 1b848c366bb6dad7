using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public sealed class HistoryTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("CreditLedger", 11)]
    public async Task A_long_history_comes_newest_first_and_whole()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 2_000), Ct);
        await Task.WhenAll(Enumerable.Range(0, 1_099).Select(i => ledger.Ledger.SpendAsync(new(Account, $"s{i}", 1), Ct)));

        var history = await ledger.Ledger.HistoryAsync(Account, ct: Ct).ToListAsync(Ct);

        history.Select(entry => entry.Number).Should().Equal(Enumerable.Range(1, 1_100).Reverse().Select(number => (long)number));
        history.Select(entry => entry.Key).Should().OnlyHaveUniqueItems();
        history[0].AvailableAfter.Should().Be((await ledger.Ledger.BalanceAsync(Account, Ct)).Available).And.Be(901);
        (await ledger.Ledger.HistoryAsync(Account, 3, Ct).ToListAsync(Ct)).Should().Equal(history[^2..]);
        (await ledger.Ledger.HistoryAsync(AuditedLedger.Account("other"), ct: Ct).ToListAsync(Ct)).Should().BeEmpty();
    }

    [Fact, Guarantee("CreditLedger", 11)]
    public async Task Each_entry_says_what_it_did_and_they_add_up()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.LiveAsync(Account);

        var entries = await ledger.EntriesAsync(Account);

        var (available, held, debt) = (0L, 0L, 0L);
        foreach (var entry in entries)
        {
            (available, held, debt) = (available + entry.Available, held + entry.Held, debt + entry.Debt);
            (entry.AvailableAfter, entry.HeldAfter, entry.DebtAfter).Should().Be((available, held, debt), $"entry {entry.Number} adds to the one before it");
        }

        entries[4].Should().Match<LedgerEntry>(e => e.Number == 5 && e.Kind == EntryKind.Spend && e.Key == "s1" && e.Pool == "paid" && e.Available == -100 && e.RecognisedMinor == 999 && e.Reason == "a run" && e.Reference == "job-1");
        entries[3].Operation.Should().Be(entries[4].Operation, "one spend, two lots");
        entries[6].Should().Match<LedgerEntry>(e => e.Kind == EntryKind.Settle && e.Key == "h1" && e.About == "h1" && e.Held == -150);
        entries[11].Should().Match<LedgerEntry>(e => e.Kind == EntryKind.Lapse && e.Key == null && e.About == "h3");
        entries[18].Should().Match<LedgerEntry>(e => e.Kind == EntryKind.Revoke && e.Asked == 90 && e.About == "paid");
        entries[24].Should().Match<LedgerEntry>(e => e.Kind == EntryKind.Spend && e.Lot == null && e.Pool == null && e.Debt == 4_170);
        var balance = await ledger.Ledger.BalanceAsync(Account, Ct);
        (balance.EntryNumber, balance.Available, balance.Held, balance.Debt).Should().Be((32L, available, held, debt));
    }

    [Fact]
    public async Task What_is_written_while_it_is_read_is_not_in_it()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 1_000), Ct);
        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => ledger.Ledger.SpendAsync(new(Account, $"s{i}", 1), Ct)));
        var numbers = new List<long>();

        await foreach (var entry in ledger.Ledger.HistoryAsync(Account, ct: Ct))
        {
            numbers.Add(entry.Number);
            if (numbers.Count == 10)
                await ledger.Ledger.SpendAsync(new(Account, "late", 1), Ct);
        }

        numbers.Should().Equal(Enumerable.Range(1, 601).Reverse().Select(number => (long)number));
    }
}
