#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Billing/Patterns.CreditLedger/Patterns.CreditLedger.csproj
#:project ../src/Kernel/Patterns.DevServers/Patterns.DevServers.csproj

// Credits of three kinds in one account: granted once for a paid invoice, spent across pools, held for a job, given back, and proved. Run it with: dotnet run samples/CreditLedger.cs
using Npgsql;
using Patterns.CreditLedger;
using Patterns.DevServers;
using Patterns.Postgres;

await using var server = await DevServers.StartPostgresAsync();
await using var database = await server.CreateDatabaseAsync();
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services
    .AddPostgres(o => o.ConnectionString = database.ConnectionString)
    .AddCreditLedger(o => o.Pool("free", PoolKind.Free).Pool("paid", PoolKind.Paid));
using var host = builder.Build();
await host.StartAsync(); // makes the tables
var (postgres, credits, audit) = (host.Services.GetRequiredService<IPostgres>(), host.Services.GetRequiredService<ICreditLedger>(), host.Services.GetRequiredService<ICreditLedgerAudit>());
var acme = new AccountId("acme");
await using (var table = postgres.DataSource.CreateCommand("CREATE TABLE invoices (id text PRIMARY KEY)"))
    await table.ExecuteNonQueryAsync();

// The monthly plan gives 500 credits, which expire. A paid invoice gives 1,000 in the transaction that records it, and however often it is reported, once.
await credits.GrantAsync(new Grant(acme, "plan:2026-11", "free", 500) { ExpiresAt = TimeProvider.System.GetUtcNow().AddDays(30) });
for (var delivery = 1; delivery <= 2; delivery++)
{
    var granted = await postgres.RunAsync(async (transaction, ct) =>
    {
        await using var invoice = new NpgsqlCommand("INSERT INTO invoices VALUES ('in_1') ON CONFLICT DO NOTHING", transaction.Connection, transaction);
        await invoice.ExecuteNonQueryAsync(ct);
        return await credits.GrantAsync(transaction, new Grant(acme, "in_1", "paid", 1_000) { CostMinor = 9_900, Currency = "usd", Reference = "in_1" }, ct);
    });
    Console.WriteLine($"Invoice in_1, delivery {delivery}: {granted.Outcome}");
}

// Free credits go first; one spend crosses into the paid ones. The key makes the repetition of a lost answer harmless.
var spent = await credits.SpendAsync(new Spend(acme, "job-1", 600, "a long job"));
Console.WriteLine($"Spent {spent.Amount}: {string.Join(" and ", spent.Lines.Select(line => $"{line.Amount} {line.Pool}"))}; the same call again: {(await credits.SpendAsync(new Spend(acme, "job-1", 600, "a long job"))).Outcome}");
var refused = await credits.SpendAsync(new Spend(acme, "job-2", 2_000));
Console.WriteLine($"A job of 2,000: {refused.Outcome}, {refused.Missing} are missing");

// Work whose cost is not known yet: hold what it may cost, settle what it did.
await credits.HoldAsync(new Hold(acme, "job-3", 200));
Console.WriteLine($"While 200 are held, {(await credits.BalanceAsync(acme)).Spendable} can be spent");
var settled = await credits.SettleAsync(new Settle(acme, "job-3", 150));
Console.WriteLine($"Settled {settled.Amount}, and {settled.Released} went back");

// A hundred callers race for what is left.
var race = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => credits.SpendAsync(new Spend(acme, $"call-{i}", 10))));
Console.WriteLine($"Of 100 calls at 10 credits, {race.Count(result => result.Outcome == SpendOutcome.Spent)} were paid, the others were {race.First(result => result.Outcome != SpendOutcome.Spent).Outcome}");

// A refund goes back to the lots that the credits came from, and never exceeds what was spent.
var refund = await credits.RefundAsync(new Refund(acme, "job-1", "job-1 failed", 250));
Console.WriteLine($"Refunded {refund.Amount}: {string.Join(" and ", refund.Lines.Select(line => $"{line.Amount} {line.Pool}"))}; 400 more: {(await credits.RefundAsync(new Refund(acme, "job-1", "again", 400))).Outcome}");

var balance = await credits.BalanceAsync(acme);
Console.WriteLine($"Balance at entry {balance.EntryNumber}: {string.Join(", ", balance.Pools.Select(pool => $"{pool.Spendable} {pool.Pool}"))}");
await foreach (var entry in credits.HistoryAsync(acme).Take(2))
    Console.WriteLine($"  {entry.Number}: {entry.Kind} {entry.Key}, {entry.Available:+#;-#} {entry.Pool}");

// The audit counts everything again from the entries; finance gets what was earned, and what the invoices say is compared.
Console.WriteLine($"Breaks of the invariants: {await audit.VerifyAsync().CountAsync()}");
foreach (var total in await audit.RecognitionAsync(balance.At.AddDays(-1), balance.At, acme.Tenant))
    Console.WriteLine($"  {total.Movement} {total.Pool}: {total.Units} credits, recognised {total.RecognisedMinor / 100m:0.00} {total.Currency}");
foreach (var difference in await audit.ReconcileAsync(new GrantScope(acme) { Pool = "paid" }, [new ExternalGrant("in_1", 1_000, "paid"), new ExternalGrant("in_2", 1_000, "paid")]))
    Console.WriteLine($"Compared with the invoices: {difference.Kind} {difference.Reference}");
