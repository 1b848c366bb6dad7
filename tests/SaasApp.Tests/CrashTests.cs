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

/// <summary>Purchases are reported and texts are written while one process after the other is killed with SIGKILL in the middle of them.</summary>
public sealed class CrashTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int Kills = 20;
    private const int Senders = 4;
    private const long Credits = 10;
    private const long Welcome = 500;
    private const string Writer = "acme";
    private static readonly string[] Buyers = [Writer, "globex", "umbrella"];
    private readonly Random _random = new(Seed: 20_261_122);
    private readonly ConcurrentDictionary<string, string> _purchases = new(StringComparer.Ordinal);
    private int _next;
    private int _asked;
    private int _whole;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("WebhookDedup", 1)]
    [Guarantee("WebhookDedup", 13)]
    [Guarantee("CreditLedger", 6)]
    [Guarantee("CreditLedger", 19)]
    [Guarantee("AuditLog", 2)]
    public async Task Killed_twenty_times_in_the_middle_of_purchases_and_texts_ledger_audit_log_and_inbox_agree_on_each_of_them()
    {
        await using var services = new ServiceCollection().AddWebhookSecurity(o => o.AddSource("stripe", WebhookScheme.Stripe, keys => keys.Add("current", RunningApp.Secret))).BuildServiceProvider();
        var signer = services.GetRequiredService<IWebhookSigner>();
        var environment = new Dictionary<string, string?>(Production.Secrets, StringComparer.Ordinal)
        {
            ["ConnectionStrings__Postgres"] = database.ConnectionString,
            ["Logging__LogLevel__Default"] = "Error",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
        };

        var app = await AppProcess.StartAsync(environment);
        for (var kill = 0; kill < Kills; kill++)
        {
            // The one after it starts meanwhile: both are at work on one database, as instances are.
            var next = AppProcess.StartAsync(environment);
            await WriteAsync(app, int.MaxValue, () => Task.CompletedTask);
            // Some way into the second text, which is some 340 characters long, purchases come, and some way into those it ends.
            Task? killing = null;
            await WriteAsync(app, _random.Next(1, 300), () => killing = BuyUntilKilledAsync(app, signer, answers: _random.Next(1, 12)));
            killing.Should().NotBeNull("so much of the text came");
            await killing!;
            await app.DisposeAsync();
            app = await next;
        }

        await app.DisposeAsync();
        await VerifyTextsAsync();

        // Who was killed in the middle of a handler holds its lease for five minutes, and its text's credits.
        environment["ConnectionStrings__Postgres"] = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = "-c patterns.clock_offset=6min" }.ConnectionString;
        await using var last = await AppProcess.StartAsync(environment);
        foreach (var (purchase, buyer) in _purchases)
        {
            foreach (var body in (string[])[Checkout(purchase, buyer), Invoice(purchase, buyer)])
                await Eventually.HoldsAsync("a delivery is answered with success", async () => await DeliverAsync(await last.AddressAsync(), signer, body) == HttpStatusCode.OK);
        }

        using (var client = new FormClient(await last.AddressAsync())) (await client.PostAsync("/ledger", "operate", ("Amount", "1"), ("Operation", "spend"))).Should().Contain("Spent 1");
        await Eventually.HoldsAsync("nothing is left to be worked on", async () => await CountAsync("patterns.webhook_dedup_events WHERE state <> 'done'") == 0);
        _purchases.Count.Should().BeGreaterThan(Kills);
        (await CountAsync("app.payments")).Should().Be(_purchases.Count);
        (await CountAsync("(SELECT DISTINCT object_id FROM app.payments) p")).Should().Be(_purchases.Count);
        (await CountAsync("patterns.audit_log_entries WHERE action = 'billing.credits.bought'")).Should().Be(_purchases.Count);
        (await CountAsync("(SELECT DISTINCT targets FROM patterns.audit_log_entries WHERE action = 'billing.credits.bought') e")).Should().Be(_purchases.Count);
        (await CountAsync("patterns.credit_ledger_holds WHERE status = 1")).Should().Be(0, "the holds of the killed have ended");
        await VerifyBooksAsync();
    }

    // Asks for a text, and does something when it has read so much of it.
    private async Task WriteAsync(AppProcess app, int characters, Func<Task> reached)
    {
        _asked++;
        using var client = new FormClient(await app.AddressAsync());
        var (read, piece, isReached) = (new StringBuilder(), new byte[64], false);
        try
        {
            await using var text = await client.WriteAsync("crashes");
            for (var count = await text.ReadAsync(piece, Ct); count > 0; count = await text.ReadAsync(piece, Ct))
            {
                read.Append(Encoding.UTF8.GetString(piece, 0, count));
                if (read.Length < characters || isReached) continue;
                isReached = true;
                _ = reached();
            }
        }
        catch (Exception error) when (isReached && error is HttpRequestException or IOException)
        {
            // The process is dead.
        }

        if (read.ToString().Contains("\n/write?text=", StringComparison.Ordinal)) _whole++;
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

    // A text is there with its entry and its price, or its credits are held until they are free again.
    private async Task VerifyTextsAsync()
    {
        var kept = await CountAsync("app.documents WHERE title = 'crashes'");
        kept.Should().BeInRange(_whole, _asked, "what a reader has seen the end of is there");
        (await CountAsync("patterns.audit_log_entries WHERE action = 'texts.text.written'")).Should().Be(kept);
        (await CountAsync("patterns.credit_ledger_holds WHERE status = 2")).Should().Be(kept);
        // On a slow machine the first ones have ended by now.
        (await CountAsync("patterns.credit_ledger_holds WHERE status <> 2")).Should().Be(_asked - kept);
    }

    private async Task VerifyBooksAsync()
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
            balance.Available.Should().Be(Welcome + buyers.Count() * Credits - (buyers.Key == Writer ? 1 + await ChargedAsync() : 0));
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

    private Task<long> ChargedAsync() => CountAsync("(SELECT generate_series(1, settled) FROM patterns.credit_ledger_holds WHERE status = 2) s");

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
