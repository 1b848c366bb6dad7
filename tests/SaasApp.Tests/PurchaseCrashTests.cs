using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.AuditLog;
using Patterns.CreditLedger;
using Patterns.WebhookSecurity;

namespace SaasApp.Tests;

/// <summary>Purchases are reported while one process after the other is killed with SIGKILL in the middle of them.</summary>
public sealed class PurchaseCrashTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int Kills = 20;
    private const int Senders = 4;
    private const long Credits = 10;
    private static readonly string[] Buyers = ["acme", "globex", "umbrella"];
    private readonly Random _random = new(Seed: 20_261_122);
    private readonly ConcurrentDictionary<string, string> _purchases = new(StringComparer.Ordinal);
    private int _next;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("WebhookDedup", 1)]
    [Guarantee("WebhookDedup", 13)]
    [Guarantee("CreditLedger", 19)]
    [Guarantee("AuditLog", 2)]
    public async Task Killed_twenty_times_in_the_middle_of_purchases_ledger_audit_log_and_inbox_agree_on_each_of_them()
    {
        await using var services = new ServiceCollection().AddWebhookSecurity(o => o.AddSource("stripe", WebhookScheme.Stripe, keys => keys.Add("current", RunningApp.Secret))).BuildServiceProvider();
        var signer = services.GetRequiredService<IWebhookSigner>();
        var environment = await Production.EnvironmentAsync(database, ("Logging__LogLevel__Default", "Error"), ("Logging__LogLevel__Microsoft.Hosting.Lifetime", "Information"));

        var app = await AppProcess.StartAsync(environment);
        for (var kill = 0; kill < Kills; kill++)
        {
            // The one after it starts meanwhile: both are at work on one database, as instances are.
            var next = AppProcess.StartAsync(environment);
            await BuyUntilKilledAsync(app, signer, answers: _random.Next(1, 12));
            await app.DisposeAsync();
            app = await next;
        }

        await app.DisposeAsync();
        // Who was killed in the middle of a handler holds its lease for five minutes.
        environment["ConnectionStrings__Postgres"] = new NpgsqlConnectionStringBuilder(environment["ConnectionStrings__Postgres"]) { Options = "-c patterns.clock_offset=6min" }.ConnectionString;
        await using var last = await AppProcess.StartAsync(environment);
        foreach (var (purchase, buyer) in _purchases)
        {
            foreach (var body in (string[])[Checkout(purchase, buyer), Invoice(purchase, buyer)])
                await Eventually.HoldsAsync("a delivery is answered with success", async () => await DeliverAsync(await last.AddressAsync(), signer, body) == HttpStatusCode.OK);
        }

        await Eventually.HoldsAsync("nothing is left to be worked on", async () => await CountAsync("patterns.webhook_dedup_events WHERE state <> 'done'") == 0);
        _purchases.Count.Should().BeGreaterThan(Kills);
        (await CountAsync("app.payments")).Should().Be(_purchases.Count);
        (await CountAsync("(SELECT DISTINCT object_id FROM app.payments) p")).Should().Be(_purchases.Count);
        (await CountAsync("patterns.audit_log_entries WHERE action = 'billing.credits.bought'")).Should().Be(_purchases.Count);
        (await CountAsync("(SELECT DISTINCT targets FROM patterns.audit_log_entries WHERE action = 'billing.credits.bought') e")).Should().Be(_purchases.Count);
        await VerifyAsync();
    }

    private async Task BuyUntilKilledAsync(AppProcess app, IWebhookSigner signer, int answers)
    {
        var address = await app.AddressAsync();
        var answered = 0;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sending = Enumerable.Range(0, Senders).Select(_ => SendAsync()).ToList();
        await reached.Task.WaitAsync(Ct);
        await app.KillAsync();
        await Task.WhenAll(sending);

        async Task SendAsync()
        {
            try
            {
                while (true)
                {
                    var number = Interlocked.Increment(ref _next);
                    var (purchase, buyer) = ($"in_{number}", Buyers[number % Buyers.Length]);
                    _purchases[purchase] = buyer;
                    foreach (var body in (string[])[Invoice(purchase, buyer), Checkout(purchase, buyer)])
                    {
                        await DeliverAsync(address, signer, body);
                        if (Interlocked.Increment(ref answered) == answers) reached.TrySetResult();
                    }
                }
            }
            catch (HttpRequestException)
            {
                // The process is dead.
            }
        }
    }

    private async Task VerifyAsync()
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(Production.Secrets["Audit__SigningKey"]!), out _);
        await using var services = new ServiceCollection()
            .AddPostgres(o => o.ConnectionString = database.ConnectionString)
            .AddCreditLedger(o => o.Pool("free", PoolKind.Free).Pool("paid", PoolKind.Paid))
            .AddAuditLog(o => o.SigningKeys.Add(new AuditSigningKey("2026-1", key)))
            .BuildServiceProvider();
        foreach (var buyers in _purchases.GroupBy(purchase => purchase.Value, StringComparer.Ordinal))
        {
            var balance = await services.GetRequiredService<ICreditLedger>().BalanceAsync(new AccountId(buyers.Key), Ct);
            balance.Available.Should().Be(buyers.Count() * Credits);
        }

        (await services.GetRequiredService<ICreditLedgerAudit>().VerifyAsync(ct: Ct).ToListAsync(Ct)).Should().BeEmpty();
        await services.GetRequiredService<IAuditIntegrity>().SealNowAsync(Ct);
        var report = await services.GetRequiredService<IAuditIntegrity>().VerifyAsync(new VerifyRequest(new AuditActor("user", "auditor")), Ct);
        report.Findings.Where(finding => finding.IsFault).Should().BeEmpty();
        report.Entries.Should().BeGreaterThanOrEqualTo(_purchases.Count);
    }

    private static async Task<HttpStatusCode> DeliverAsync(Uri address, IWebhookSigner signer, string body)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var content = new StringContent(body);
        content.Headers.Add("Stripe-Signature", signer.Sign("stripe", "unused", TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes(body))["Stripe-Signature"]);
        using var answer = await client.PostAsync(new Uri(address, "/webhooks/stripe"), content, Ct);
        return answer.StatusCode;
    }

    private async Task<long> CountAsync(string rows)
    {
        await using var select = database.DataSource.CreateCommand($"SELECT count(*) FROM {rows}");
        return (long)(await select.ExecuteScalarAsync(Ct))!;
    }

    private static string Checkout(string purchase, string buyer) => Event("checkout.session.completed", purchase, $"\"id\":\"cs_{purchase}\",\"invoice\":\"{purchase}\",\"amount_total\":4900,{Metadata(buyer)}");

    private static string Invoice(string purchase, string buyer) => Event("invoice.paid", purchase, $"\"id\":\"{purchase}\",\"object\":\"invoice\",\"number\":\"N-1\",\"amount_paid\":4900,{Metadata(buyer)}");

    private static string Metadata(string buyer) => $$$"""
        "customer":"cus_1","currency":"usd","metadata":{"tenant_id":"{{{buyer}}}","credits":"{{{Credits}}}"}
        """;

    private static string Event(string type, string purchase, string content) => $$$"""{"id":"evt_{{{type[0]}}}_{{{purchase}}}","object":"event","type":"{{{type}}}","data":{"object":{ {{{content}}} } } }""";
}
