using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>Years of random operations on three accounts, whose entries are archived as soon as they may be: lots, holds and refunds reach over many archives.</summary>
public sealed class ArchiveScheduleTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int Months = 12;

    private static readonly string[] Pools = ["free", "promo", "paid"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>All with <c>PATTERNS_LONG=1</c>.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 40 : 2)];

    [Theory, MemberData(nameof(Seeds)), Guarantee("CreditLedger", 20)]
    public async Task Whatever_happened_before_an_archive_every_figure_outlives_it(int seed)
    {
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString, configure: o => o.KeyRetention = TimeSpan.FromDays(35));
        var random = new Random(seed);
        AccountId[] accounts = [new("acme"), new("acme", "tokens"), new("zeta")];
        var archived = 0;
        for (var month = 0; month < Months; month++)
        {
            for (var i = 0; i < 20; i++)
                await OperateAsync(ledger, random, accounts[random.Next(accounts.Length)], $"{month}-{i}");
            await ledger.AdvanceAsync(TimeSpan.FromDays(random.Next(5, 45)));

            var before = await BalancesAsync(ledger, accounts);
            archived += (await ledger.Audit.ArchiveAsync((await ledger.NowAsync()).AddDays(-36), Ct)).Accounts;
            (await BalancesAsync(ledger, accounts)).Should().BeEquivalentTo(before, o => o.Excluding(b => b.At), $"of seed {seed}, month {month}");
            (await ledger.BreaksAsync()).Should().BeEmpty($"of seed {seed}, month {month}");
        }

        archived.Should().BeGreaterThan(accounts.Length, "some were archived more than once");
    }

    private static async Task OperateAsync(AuditedLedger ledger, Random random, AccountId account, string key)
    {
        var (credits, amount, now) = (ledger.Ledger, random.Next(1, 200), await ledger.NowAsync());
        switch (random.Next(10))
        {
            case 0 or 1:
                long? cost = random.Next(2) == 0 ? null : random.Next(0, 100_000);
                DateTimeOffset? expiry = random.Next(3) == 0 ? null : now.AddDays(random.Next(1, 90));
                await credits.GrantAsync(new(account, "g" + key, Pools[random.Next(3)], amount * 3) { ExpiresAt = expiry, CostMinor = cost, Currency = cost is null ? null : "usd" }, Ct);
                break;
            case 2 or 3:
                await credits.SpendUpToAsync(new(account, "s" + key, amount), Ct);
                break;
            case 4 or 5:
                await credits.HoldAsync(new(account, "h" + key, random.Next(1, 60), TimeSpan.FromDays(random.Next(1, 30))), Ct);
                break;
            case 6 when await RecentAsync(ledger, random, account, EntryKind.Hold) is { } hold:
                await credits.SettleAsync(new(account, hold, amount, Final: random.Next(2) == 0, Key: "t" + key, Overage: (SettleOverage)random.Next(3)), Ct);
                break;
            case 7 when await RecentAsync(ledger, random, account, EntryKind.Hold) is { } hold:
                await credits.ReleaseAsync(account, hold, Ct);
                break;
            case 8 when await RecentAsync(ledger, random, account, EntryKind.Spend, EntryKind.Settle) is { } spend:
                await credits.RefundAsync(new(account, spend, "r" + key, random.Next(1, 50), (ExpiredRefund)random.Next(2)), Ct);
                break;
            case 9 when await RecentAsync(ledger, random, account, EntryKind.Grant) is { } granted:
                await credits.RevokeAsync(new(account, granted, "v" + key, random.Next(1, 50), (ClawbackRule)random.Next(2)), Ct);
                break;
        }
    }

    private static async Task<string?> RecentAsync(AuditedLedger ledger, Random random, AccountId account, params EntryKind[] kinds)
    {
        var keys = (await ledger.EntriesAsync(account)).Where(entry => kinds.Contains(entry.Kind)).Select(entry => entry.Key).ToList();
        return keys.Count == 0 ? null : keys[random.Next(keys.Count)];
    }

    private static async Task<List<CreditBalance>> BalancesAsync(AuditedLedger ledger, IEnumerable<AccountId> accounts)
    {
        var balances = new List<CreditBalance>();
        foreach (var account in accounts)
            balances.Add(await ledger.Ledger.BalanceAsync(account, Ct));
        return balances;
    }
}
