using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Patterns.Stripe;

namespace Billing.Benchmarks;

/// <summary>The change of a subscription: its encoding alone, and the whole call to a server on this machine, which answers at once with a subscription of 4 KB.</summary>
[MemoryDiagnoser]
[Peer("stripe.mjs")]
public class StripeBenchmarks
{
    private const string Key = "sk_test_benchmark";
    private static readonly DateTimeOffset ProrationDate = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
    private const string Secret = "whsec_0123456789abcdef0123456789abcdef";
    private static readonly byte[] SecretBytes = Encoding.UTF8.GetBytes(Secret);
    private static readonly HttpClient Http = new();
    private readonly byte[] _answer = ReadAnswer();
    private byte[] _event = [];
    private byte[] _signed = [];
    private string _header = "";
    private WebApplication _server = null!;
    private ServiceProvider _services = null!;
    private IStripeClient _stripe = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _event = [.. """{"id":"evt_1","object":"event","type":"customer.subscription.updated","created":1777863721,"livemode":false,"data":{"object":"""u8, .. _answer, .. "}}"u8];
        var signedAt = ProrationDate.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        _signed = [.. Encoding.ASCII.GetBytes(signedAt + "."), .. _event];
        _header = $"t={signedAt},v1={Convert.ToHexStringLower(RawHmac())}";
        if (OurEvent() is not { Outcome: StripeEventOutcome.Verified }) throw new InvalidOperationException("The event is genuine.");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Urls.Add("http://127.0.0.1:0");
        _server.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = _answer.Length;
            context.Response.Headers["Request-Id"] = "req_1";
            await context.Response.Body.WriteAsync(_answer);
        });
        await _server.StartAsync();
        var address = new Uri(_server.Urls.First());
        Http.BaseAddress = address;
        Http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        Http.DefaultRequestHeaders.Add("Stripe-Version", "2026-10-28.endive");
        _services = new ServiceCollection().AddStripe(options =>
        {
            options.ApiKey = Key;
            options.ApiBase = address;
        }).BuildServiceProvider();
        _stripe = _services.GetRequiredService<IStripeClient>();
        if ((await RawCallAsync()).Status != (await OurCallAsync()).Status) throw new InvalidOperationException("Both read the same answer.");
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Benchmark(Baseline = true, Description = "Raw: encode a change of a subscription")]
    public HttpContent RawEncode() => Form();

    [Benchmark(Description = "Ours: encode a change of a subscription")]
    public StripeRequest OurEncode() => StripeRequest.Post("/v1/subscriptions/sub_1", Change(), BenchmarkJson.Default.SubscriptionUpdate);

    [Benchmark(Description = "Raw: change a subscription")]
    public Task<StripeSubscription> RawCall() => RawCallAsync();

    [Benchmark(Description = "Ours: change a subscription")]
    public Task<StripeSubscription> OurCall() => OurCallAsync();

    [Benchmark(Description = "Raw: verify and read a 4 KB event (Raw: its HMAC alone)")]
    public byte[] RawHmac() => HMACSHA256.HashData(SecretBytes, _signed);

    [Benchmark(Description = "Ours: verify and read a 4 KB event (Raw: its HMAC alone)")]
    public StripeEventResult OurEvent() => StripeEvents.Parse(_event, _header, [Secret], ProrationDate);

    private Task<StripeSubscription> OurCallAsync() => _stripe.UpdateSubscriptionAsync("sub_1", Change());

    private async Task<StripeSubscription> RawCallAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/subscriptions/sub_1") { Content = Form() };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var response = await Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return RawReader.Read(document.RootElement);
    }

    private static SubscriptionUpdate Change() => new()
    {
        Items = [new SubscriptionItemChange { Id = "si_QXhVnC2h0Jczwc", Price = "price_1PgafmB7WZ01zgkW6dKueIc5", Quantity = 3 }],
        ProrationBehavior = "always_invoice",
        ProrationDate = ProrationDate,
        PaymentBehavior = "pending_if_incomplete",
        CancelAtPeriodEnd = false,
        Metadata = new Dictionary<string, string?>(StringComparer.Ordinal) { ["tenant_id"] = "tenant-42", ["plan"] = "pro", ["changed_by"] = "ada@example.com" },
    };

    private static FormUrlEncodedContent Form() => new(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["items[0][id]"] = "si_QXhVnC2h0Jczwc",
        ["items[0][price]"] = "price_1PgafmB7WZ01zgkW6dKueIc5",
        ["items[0][quantity]"] = 3.ToString(CultureInfo.InvariantCulture),
        ["proration_behavior"] = "always_invoice",
        ["proration_date"] = ProrationDate.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        ["payment_behavior"] = "pending_if_incomplete",
        ["cancel_at_period_end"] = "false",
        ["metadata[tenant_id]"] = "tenant-42",
        ["metadata[plan]"] = "pro",
        ["metadata[changed_by]"] = "ada@example.com",
    });

    // Stripe's published example of a subscription (stripe/openapi, MIT), with metadata.
    private static byte[] ReadAnswer()
    {
        using var stream = typeof(StripeBenchmarks).Assembly.GetManifestResourceStream("stripe-subscription.json")!;
        var answer = new byte[stream.Length];
        stream.ReadExactly(answer);
        return answer;
    }
}
