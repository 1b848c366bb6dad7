using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

public abstract class SpendTests(Func<string> connectionString)
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("CreditLedger", 5)]
    public async Task A_spend_crosses_pools_in_drain_order_with_one_entry_for_each_lot()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        var free = await ledger.Ledger.GrantAsync(new(Account, "month", "free", 500), Ct);
        var paid = await ledger.Ledger.GrantAsync(new(Account, "in_1", "paid", 1_000), Ct);

        var result = await ledger.Ledger.SpendAsync(new(Account, "run", 600, "a run", "job-7"), Ct);

        result.Should().BeEquivalentTo(new SpendResult(SpendOutcome.Spent)
        {
            Amount = 600, Lines = [new(free.Lot, "free", 500), new(paid.Lot, "paid", 100)], EntryNumber = 4, Available = 900,
        });
        (await ledger.EntriesAsync(Account)).Where(e => e.Kind == EntryKind.Spend).Select(e => (e.Pool, e.Available, e.AvailableAfter, e.Reason, e.Reference))
            .Should().Equal(("free", -500, 1_000, "a run", "job-7"), ("paid", -100, 900, "a run", "job-7"));
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("CreditLedger", 4)]
    public async Task Lots_drain_by_priority_then_expiry_then_start_then_id()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        var now = await ledger.NowAsync();
        var grants = new List<(string Key, Guid Lot)>();
        foreach (var (key, pool, expires, effective) in new (string, string, double?, double)[]
        {
            ("7", "paid", null, -1), ("6", "paid", null, -2), ("5", "paid", 9, -1), ("4", "paid", 5, -1), ("3", "promo", null, -1), ("2", "free", null, -1), ("1", "free", 30, -1),
        })
        {
            var grant = new Grant(Account, key, pool, 10) { ExpiresAt = expires is { } days ? now.AddDays(days) : null, EffectiveAt = now.AddDays(effective) };
            grants.Add((key, (await ledger.Ledger.GrantAsync(grant, Ct)).Lot));
        }

        // Of equals the lower id drains first, and ids rise with time only from one millisecond to the next.
        var twins = new[] { (await Twin("a")).Lot, (await Twin("b")).Lot };
        grants.AddRange(twins.Order().Select(lot => ("8", lot)));

        var result = await ledger.Ledger.SpendAsync(new(Account, "all", 90), Ct);

        result.Lines.Select(line => line.Lot).Should().Equal(grants.OrderBy(grant => grant.Key, StringComparer.Ordinal).Select(grant => grant.Lot));

        Task<GrantResult> Twin(string key) => ledger.Ledger.GrantAsync(new(Account, key, "paid", 10) { EffectiveAt = now }, Ct);
    }

    [Fact]
    [Guarantee("CreditLedger", 3)]
    public async Task A_key_spends_once_and_its_replay_is_told_the_first_result()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        await ledger.Ledger.GrantAsync(new(Account, "g", "free", 50), Ct);
        await ledger.Ledger.GrantAsync(new(Account, "h", "paid", 100), Ct);
        var first = await ledger.Ledger.SpendAsync(new(Account, "run", 80), Ct);
        await ledger.Ledger.SpendAsync(new(Account, "other", 20), Ct);

        var again = await ledger.Ledger.SpendAsync(new(Account, "run", 80), Ct);
        var changed = await ledger.Ledger.SpendAsync(new(Account, "run", 81), Ct);
        var upTo = await ledger.Ledger.SpendUpToAsync(new(Account, "run", 80), Ct);

        again.Should().BeEquivalentTo(first with { Outcome = SpendOutcome.Replayed });
        changed.Outcome.Should().Be(SpendOutcome.Conflict);
        upTo.Outcome.Should().Be(SpendOutcome.Conflict);
        (await ledger.Ledger.BalanceAsync(Account, Ct)).Available.Should().Be(50);
    }

    [Fact]
    [Guarantee("CreditLedger", 3)]
    public async Task A_refusal_is_not_remembered()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        var unknown = await ledger.Ledger.SpendAsync(new(Account, "run", 7), Ct);
        await ledger.Ledger.GrantAsync(new(Account, "g", "free", 50), Ct);

        var refused = await ledger.Ledger.SpendAsync(new(Account, "run", 80), Ct);
        await ledger.Ledger.GrantAsync(new(Account, "h", "paid", 100), Ct);
        var spent = await ledger.Ledger.SpendAsync(new(Account, "run", 80), Ct);

        unknown.Should().BeEquivalentTo(new SpendResult(SpendOutcome.Insufficient) { Missing = 7 });
        refused.Should().BeEquivalentTo(new SpendResult(SpendOutcome.Insufficient) { Spendable = 50, Missing = 30 });
        spent.Outcome.Should().Be(SpendOutcome.Spent);
    }

    [Fact]
    [Guarantee("CreditLedger", 3)]
    public async Task Keys_are_remembered_as_long_as_the_option_says()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 50), Ct);
        await ledger.Ledger.SpendAsync(new(Account, "run", 10), Ct);
        await ledger.AdvanceAsync(TimeSpan.FromDays(89));
        var remembered = await ledger.Ledger.SpendAsync(new(Account, "run", 10), Ct);

        await ledger.AdvanceAsync(TimeSpan.FromDays(2));
        var forgotten = await ledger.Ledger.SpendAsync(new(Account, "run", 10), Ct);

        remembered.Outcome.Should().Be(SpendOutcome.Replayed);
        forgotten.Outcome.Should().Be(SpendOutcome.Spent);
        (await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 50), Ct)).Outcome.Should().Be(GrantOutcome.Replayed, "grants are remembered for ever");
    }

    [Fact]
    public async Task Up_to_an_amount_takes_what_there_is_and_says_how_much()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 50), Ct);

        var all = await ledger.Ledger.SpendUpToAsync(new(Account, "a", 30), Ct);
        var rest = await ledger.Ledger.SpendUpToAsync(new(Account, "b", 30), Ct);
        var nothing = await ledger.Ledger.SpendUpToAsync(new(Account, "c", 30), Ct);

        (all.Amount, rest.Amount, rest.Outcome).Should().Be((30, 20, SpendOutcome.Spent));
        (nothing.Outcome, nothing.Missing).Should().Be((SpendOutcome.Insufficient, 30));
    }

    [Fact]
    [Guarantee("CreditLedger", 16)]
    public async Task In_a_crowd_each_gets_its_own_answer_and_equal_keys_one_effect()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        await ledger.Ledger.GrantAsync(new(Account, "g", "free", 30), Ct);
        await ledger.Ledger.GrantAsync(new(Account, "h", "paid", 1_000), Ct);

        // A hundred spends of each of three keys, spends that are too large, spends of an account without credits, and grants, all at once.
        var same = Enumerable.Range(0, 300).Select(i => ledger.Ledger.SpendAsync(new(Account, $"k{i % 3}", 25), Ct)).ToList();
        var other = Enumerable.Range(0, 20).Select(i => ledger.Ledger.SpendAsync(new(Account, $"k{i % 3}", 26), Ct)).ToList();
        var large = Enumerable.Range(0, 50).Select(i => ledger.Ledger.SpendAsync(new(Account, $"l{i}", 100_000), Ct)).ToList();
        var poor = Enumerable.Range(0, 50).Select(i => ledger.Ledger.SpendAsync(new(AuditedLedger.Account("poor"), $"p{i}", 1), Ct)).ToList();
        var granted = Enumerable.Range(0, 50).Select(i => ledger.Ledger.GrantAsync(new(AuditedLedger.Account("rich"), $"g{i / 2}", "free", 1), Ct)).ToList();

        (await Task.WhenAll(large)).Should().OnlyContain(r => r.Outcome == SpendOutcome.Insufficient);
        (await Task.WhenAll(poor)).Should().OnlyContain(r => r.Outcome == SpendOutcome.Insufficient && r.Missing == 1);
        (await Task.WhenAll(granted)).Count(r => r.Outcome == GrantOutcome.Granted).Should().Be(25);
        var answers = await Task.WhenAll(same);
        var others = await Task.WhenAll(other);
        for (var key = 0; key < 3; key++)
        {
            var ofKey = answers.Where((_, i) => i % 3 == key).Concat(others.Where((_, i) => i % 3 == key)).ToList();
            var spent = ofKey.Where(r => r.Outcome == SpendOutcome.Spent).Should().ContainSingle().Subject;
            ofKey.Where(r => r.Outcome == SpendOutcome.Replayed).Should().AllBeEquivalentTo(spent with { Outcome = SpendOutcome.Replayed });
            ofKey.Should().OnlyContain(r => r.Outcome == SpendOutcome.Spent || r.Outcome == SpendOutcome.Replayed || r.Outcome == SpendOutcome.Conflict);
            ofKey.Should().Contain(r => r.Outcome == SpendOutcome.Conflict);
        }

        (await ledger.Ledger.BalanceAsync(Account, Ct)).Available.Should().BeInRange(1_030 - 78, 1_030 - 75);
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("CreditLedger", 1)]
    public async Task Sixty_four_callers_spend_forty_credits_forty_times()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        await ledger.Ledger.GrantAsync(new(Account, "g", "free", 15), Ct);
        await ledger.Ledger.GrantAsync(new(Account, "h", "paid", 25), Ct);
        await using var other = ledger.Through(connectionString());

        // Two applications, so that they meet in the database and not in one group.
        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => (i % 2 == 0 ? ledger : other).Ledger.SpendAsync(new(Account, $"s{i}", 1), Ct)));

        results.Count(r => r.Outcome == SpendOutcome.Spent).Should().Be(40);
        results.Count(r => r.Outcome == SpendOutcome.Insufficient).Should().Be(24);
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }
}

public sealed class DirectSpendTests(PostgresDatabase database) : SpendTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>;

public sealed class PooledSpendTests(PostgresDatabase database, PgBouncer pooler) : SpendTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
