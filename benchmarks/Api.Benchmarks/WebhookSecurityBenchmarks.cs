using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookSecurity;

namespace Api.Benchmarks;

/// <summary>Verification of a Stripe event of 2 KiB, by hand and by the package, and what the package adds to an endpoint.</summary>
[MemoryDiagnoser]
[Peer("webhook-security.mjs")]
public class WebhookSecurityBenchmarks
{
    private const string Secret = "whsec_0123456789abcdef0123456789abcdef";
    private static readonly byte[] SecretBytes = Encoding.UTF8.GetBytes(Secret);
    private readonly byte[] _body = ReadBody();
    private readonly byte[] _signed = new byte[16 + 2048];
    private WebApplication _app = null!;
    private IWebhookVerifier _verifier = null!;
    private WebhookRequest _request;
    private string _header = "";
    private RequestDelegate _empty = null!;
    private RequestDelegate _guarded = null!;

    [GlobalSetup]
    public void Setup()
    {
        var builder = WebApplication.CreateSlimBuilder();
        // An hour, because a run takes longer than five minutes.
        builder.Services.AddWebhookSecurity(o =>
        {
            o.MaxAge = TimeSpan.FromHours(1);
            o.AddSource("one", WebhookScheme.Stripe, keys => keys.Add("1", Secret));
            o.AddSource("four", WebhookScheme.Stripe, keys => keys
                .Add("1", "whsec_first_of_four_0123456789").Add("2", "whsec_second_of_four_0123456789").Add("3", "whsec_third_of_four_0123456789").Add("4", Secret));
        });
        var app = builder.Build();
        app.MapPost("/empty", () => { });
        app.MapPost("/guarded", () => { }).RequireWebhookSignature("one");
        _app = app;
        _verifier = app.Services.GetRequiredService<IWebhookVerifier>();
        var headers = app.Services.GetRequiredService<IWebhookSigner>().Sign("one", "evt", TimeProvider.System.GetUtcNow(), _body);
        _header = headers["Stripe-Signature"];
        _request = new WebhookRequest(new HeaderDictionary { ["Stripe-Signature"] = _header }, _body);
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).ToList();
        _empty = endpoints[0].RequestDelegate!;
        _guarded = endpoints[1].RequestDelegate!;
    }

    [GlobalCleanup]
    public async Task CleanupAsync() => await _app.DisposeAsync();

    [Benchmark(Baseline = true, Description = "Raw: verify a 2 KiB Stripe event")]
    public bool Raw()
    {
        ReadOnlySpan<char> timestamp = default, signature = default;
        foreach (var range in _header.AsSpan().Split(','))
        {
            var entry = _header.AsSpan()[range];
            if (entry.StartsWith("t=", StringComparison.Ordinal)) timestamp = entry[2..];
            else if (entry.StartsWith("v1=", StringComparison.Ordinal)) signature = entry[3..];
        }
        var age = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture);
        if (age is > 3600 or < -60) return false;
        var length = Encoding.ASCII.GetBytes(timestamp, _signed);
        _signed[length++] = (byte)'.';
        _body.CopyTo(_signed.AsSpan(length));
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(SecretBytes, _signed.AsSpan(0, length + _body.Length), mac);
        Span<byte> given = stackalloc byte[32];
        return Convert.FromHexString(signature, given, out _, out _) == System.Buffers.OperationStatus.Done && CryptographicOperations.FixedTimeEquals(mac, given);
    }

    [Benchmark(Description = "Ours: verify a 2 KiB Stripe event")]
    public ValueTask<WebhookVerification> OneKey() => _verifier.VerifyAsync("one", _request);

    [Benchmark(Description = "Ours: verify a 2 KiB Stripe event, the last of four keys matches")]
    public ValueTask<WebhookVerification> FourKeys() => _verifier.VerifyAsync("four", _request);

    [Benchmark(Description = "Raw: an empty endpoint")]
    public Task EmptyEndpoint() => CallAsync(_empty);

    [Benchmark(Description = "Ours: an empty endpoint that requires a signature")]
    public Task GuardedEndpoint() => CallAsync(_guarded);

    private async Task CallAsync(RequestDelegate endpoint)
    {
        var response = new CompletableResponse();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "POST", Protocol = "HTTP/1.1", Body = new MemoryStream(_body), Headers = _request.Headers });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        var context = new DefaultHttpContext(features) { RequestServices = _app.Services };
        await endpoint(context);
        await response.CompleteAsync();
        if (context.Response.StatusCode != 200) throw new InvalidOperationException($"Answered {context.Response.StatusCode}.");
    }

    private static byte[] ReadBody()
    {
        using var stream = typeof(WebhookSecurityBenchmarks).Assembly.GetManifestResourceStream("stripe-event.json")!;
        var body = new byte[stream.Length];
        stream.ReadExactly(body);
        return body;
    }

    // What a server does when the request has ended: the buffer goes back to the pool here.
    private sealed class CompletableResponse : HttpResponseFeature
    {
        private readonly List<(Func<object, Task> Callback, object State)> _completed = [];

        public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Add((callback, state));

        public async Task CompleteAsync()
        {
            foreach (var (callback, state) in _completed) await callback(state);
        }
    }
}
