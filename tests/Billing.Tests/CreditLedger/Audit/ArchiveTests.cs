using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>An account lives, half a year passes, it lives again, and the entries of its first life are archived.</summary>
public sealed class ArchiveTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("CreditLedger", 20)]
    public async Task The_archive_takes_old_entries_and_leaves_every_figure_and_invariant()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        var born = await ledger.NowAsync();
        await LiveTwiceAsync(ledger);
        var (balance, entries, before) = (await ledger.Ledger.BalanceAsync(Account, Ct), await ledger.EntriesAsync(Account), await OldestAsync(ledger));

        var result = await ledger.Audit.ArchiveAsync(before, Ct);

        result.Should().Match<ArchiveResult>(r => r.Accounts == 1 && r.IsComplete && r.Holds == 4 && r.Before <= before && r.Before.Day == 1 && r.Before.TimeOfDay == TimeSpan.Zero);
        (await ledger.BreaksAsync()).Should().BeEmpty();
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Should().BeEquivalentTo(balance, o => o.Excluding(b => b.At));
        (await ledger.EntriesAsync(Account)).Should().Equal(entries.Where(entry => entry.At >= result.Before)).And.HaveCountLessThan(entries.Count - 30);

        (await ledger.Audit.ArchiveAsync(before, Ct)).Should().Be(result with { Accounts = 0, Holds = 0 });
        (await ledger.Ledger.GrantAsync(new(Account, "paid", "paid", 1000) { CostMinor = 9_999, Currency = "usd", Reference = "in_1" }, Ct)).Outcome.Should().Be(GrantOutcome.Replayed, "grants are for ever");
        (await ledger.Ledger.RefundAsync(new(Account, "s1", "late"), Ct)).Outcome.Should().Be(RefundOutcome.NotFound);
        (await ledger.Ledger.BalanceAtAsync(Account, balance.At, Ct)).Should().BeEquivalentTo(balance);
        (await ledger.Ledger.Awaiting(l => l.BalanceAtAsync(Account, born, Ct)).Should().ThrowAsync<ArgumentOutOfRangeException>())
            .WithMessage($"*{entries.Last(entry => entry.At < result.Before).At:O} are archived*");
        await ledger.Audit.Awaiting(a => a.RecognitionAsync(born, balance.At, ct: Ct)).Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*are archived*");
        (await ledger.Audit.RecognitionAsync(result.Before, balance.At, ct: Ct)).Should().NotBeEmpty();
    }

    [Fact, Guarantee("CreditLedger", 20)]
    public async Task A_later_archive_goes_on_from_an_earlier_one()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await LiveTwiceAsync(ledger);
        await ledger.Audit.ArchiveAsync(await OldestAsync(ledger), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromDays(150));
        await ledger.LiveAsync(Account, "third ");
        var balance = await ledger.Ledger.BalanceAsync(Account, Ct);

        (await ledger.Audit.ArchiveAsync(await OldestAsync(ledger), Ct)).Should().Match<ArchiveResult>(r => r.Accounts == 1 && r.IsComplete);

        (await ledger.BreaksAsync()).Should().BeEmpty();
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Should().BeEquivalentTo(balance, o => o.Excluding(b => b.At));
        (await ledger.EntriesAsync(Account)).Should().NotContain(entry => entry.Key != null && !entry.Key.StartsWith("third "));
    }

    [Fact, Guarantee("CreditLedger", 20)]
    public async Task A_break_behind_the_checkpoint_is_found_and_one_before_it_is_gone()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await LiveTwiceAsync(ledger);
        var result = await ledger.Audit.ArchiveAsync(await OldestAsync(ledger), Ct);

        await ledger.ExecuteAsync("UPDATE {schema}.credit_ledger_lots SET consumed = consumed - 1, expired = expired + 1 WHERE grant_key = 'free'");
        (await ledger.BreaksAsync()).Select(found => (found.Invariant, found.Figure)).Should().Equal([('e', "consumed"), ('e', "expired")], "the archived lot is checked against its checkpoint");
        await ledger.ExecuteAsync("UPDATE {schema}.credit_ledger_lots SET consumed = consumed + 1, expired = expired - 1 WHERE grant_key = 'free'");

        var first = (await ledger.EntriesAsync(Account))[0];
        await ledger.FalsifyAsync($"DELETE FROM {{schema}}.credit_ledger_entries WHERE seq = {first.Number}");
        (await ledger.BreaksAsync())[0].Should().Match<LedgerBreak>(found => found.Invariant == 'a' && found.EntryNumber == first.Number + 1, "the first entry after the checkpoint is missing");
        first.At.Should().BeAfter(result.Before);
    }

    [Fact, Guarantee("CreditLedger", 20)]
    public async Task Nothing_younger_than_the_memory_of_keys_is_archived()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(Account, "g", "free", 1), Ct);
        var now = await ledger.NowAsync();

        (await ledger.Audit.Awaiting(a => a.ArchiveAsync(now.AddDays(-89), Ct)).Should().ThrowAsync<ArgumentOutOfRangeException>())
            .WithMessage($"*KeyRetention (90 days), and not up to {now.AddDays(-89):O}*");
        (await ledger.Audit.ArchiveAsync(now.AddDays(-91), Ct)).Should().Match<ArchiveResult>(r => r.Accounts == 0 && r.IsComplete);
        (await ledger.EntriesAsync(Account)).Should().HaveCount(1);
    }

    [Theory, Guarantee("CreditLedger", 20)]
    [InlineData("credit_ledger_checkpoints AS c", false)]
    [InlineData("credit_ledger_checkpoints AS c", true)]
    [InlineData("SET state = 'detaching'", true)]
    [InlineData("CONCURRENTLY", false)]
    [InlineData("CONCURRENTLY", true)]
    [InlineData("DROP TABLE", false)]
    [InlineData("DROP TABLE", true)]
    [InlineData("credit_ledger_holds h USING", false)]
    [InlineData("credit_ledger_holds h USING", true)]
    public async Task An_archive_that_dies_harms_nothing_and_is_finished_by_the_next(string statement, bool afterwards)
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await LiveTwiceAsync(ledger);
        var (balance, before) = (await ledger.Ledger.BalanceAsync(Account, Ct), await OldestAsync(ledger));
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        await using var doomed = ledger.Through(proxy.ConnectionString);

        if (afterwards)
            proxy.CutAfter(statement);
        else
            proxy.CutBefore(statement);
        await doomed.Audit.Awaiting(a => a.ArchiveAsync(before, Ct)).Should().ThrowAsync<Exception>();
        proxy.Cuts.Should().Be(1);
        (await ledger.BreaksAsync()).Should().BeEmpty();

        await ledger.AdvanceAsync(TimeSpan.FromMinutes(6));
        (await ledger.Audit.ArchiveAsync(before, Ct)).IsComplete.Should().BeTrue();
        (await ledger.BreaksAsync()).Should().BeEmpty();
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Should().BeEquivalentTo(balance, o => o.Excluding(b => b.At));
        (await ledger.EntriesAsync(Account)).Should().OnlyContain(entry => entry.At > before.AddDays(-31));
        (await ledger.ScalarAsync<long>("SELECT count(*) FROM {schema}.credit_ledger_holds WHERE hold_key NOT LIKE 'again %'")).Should().Be(1, "of the first life, the hold that ended in the second");
    }

    [Fact, Guarantee("CreditLedger", 20)]
    public async Task A_verification_that_began_before_the_archive_sees_no_gap_and_is_waited_for()
    {
        var time = new FakeTime();
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString, time: time);
        await LiveTwiceAsync(ledger);
        await ledger.Ledger.GrantAsync(new(AuditedLedger.Account("broken"), "g", "free", 1), Ct);
        await ledger.FalsifyAsync("UPDATE {schema}.credit_ledger_entries SET seq = 2 WHERE tenant_id = 'broken'");
        var before = await OldestAsync(ledger);
        await using var reading = ledger.Audit.VerifyAsync(null, Ct).GetAsyncEnumerator(Ct);
        (await reading.MoveNextAsync()).Should().BeTrue();
        reading.Current.Should().Match<LedgerBreak>(found => found.Invariant == 'a' && found.Account.Tenant == "broken");

        var archive = ledger.Audit.ArchiveAsync(before, Ct);
        await Eventually.HoldsAsync("the archive waits for the reader", () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return archive.IsCompleted;
        });

        (await archive).Should().Match<ArchiveResult>(r => r.Accounts == 1 && !r.IsComplete);
        while (await reading.MoveNextAsync())
            reading.Current.Account.Tenant.Should().Be("broken");
        (await ledger.BreaksAsync("acme")).Should().BeEmpty();
        (await ledger.Audit.ArchiveAsync(before, Ct)).IsComplete.Should().BeTrue();
        (await ledger.BreaksAsync("acme")).Should().BeEmpty();
    }

    [Fact, Guarantee("CreditLedger", 20)]
    public async Task Every_snapshot_is_whole_while_an_archive_runs_beside_writers()
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await LiveTwiceAsync(ledger);
        var before = await OldestAsync(ledger);
        await using var reader = await InvariantReader.StartAsync(ledger.Audit);

        var archives = Task.WhenAll(ledger.Audit.ArchiveAsync(before, Ct), ledger.Audit.ArchiveAsync(before.AddDays(-31), Ct));
        for (var i = 0; !archives.IsCompleted; i++)
            await ledger.Ledger.SpendAsync(new(Account, $"beside {i}", 1), Ct);
        await archives;

        (await reader.StopAsync()).Should().BeEmpty();
        (await ledger.Audit.ArchiveAsync(before, Ct)).IsComplete.Should().BeTrue();
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    private static async Task LiveTwiceAsync(AuditedLedger ledger)
    {
        await ledger.LiveAsync(Account);
        await ledger.AdvanceAsync(TimeSpan.FromDays(150));
        await ledger.LiveAsync(Account, "again ");
    }

    /// <summary>The latest moment up to which may be archived: behind the first life, and before the second.</summary>
    private static async Task<DateTimeOffset> OldestAsync(AuditedLedger ledger) => (await ledger.NowAsync()).AddDays(-90).AddMinutes(-10);
}
