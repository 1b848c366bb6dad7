using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Patterns.Stripe;

namespace Billing.Tests.Stripe.Gateway;

/// <summary>An HTTP server in Stripe's place: it records what comes and answers what the test says, by method and path.</summary>
internal sealed class LoopbackStripe : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ServiceProvider _services;
    private readonly Dictionary<string, (int Status, string Json)> _answers = new(StringComparer.Ordinal);

    private LoopbackStripe(WebApplication server, Action<StripeOptions> configure)
    {
        _server = server;
        server.Run(AnswerAsync);
        server.Start();
        _services = new ServiceCollection()
            .AddStripe(o =>
            {
                o.ApiKey = "sk_test_loopback";
                o.ApiBase = new Uri(server.Urls.Single());
                o.MaxRetries = 0;
                o.Plans["pro"] = "price_pro";
                o.Plans["team"] = "price_team";
                configure(o);
            })
            .BuildServiceProvider();
    }

    public List<(string Call, string? Key, IReadOnlyDictionary<string, string> Form)> Requests { get; } = [];

    public IEnumerable<string> Calls => Requests.Select(request => request.Call);

    public IBillingGateway Gateway => _services.GetRequiredService<IBillingGateway>();

    public IStripeClient Client => _services.GetRequiredService<IStripeClient>();

    public static LoopbackStripe Start(Action<StripeOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return new LoopbackStripe(builder.Build(), configure ?? (_ => { }));
    }

    /// <summary>From now on this is the answer.</summary>
    public LoopbackStripe On(string call, string json, int status = 200)
    {
        _answers[call] = (status, json);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        var form = QueryHelpers.ParseQuery(await body.ReadToEndAsync()).ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal);
        var call = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
        lock (Requests) Requests.Add((call, context.Request.Headers["Idempotency-Key"].SingleOrDefault(), form));
        var (status, json) = _answers.GetValueOrDefault(call, (404, """{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such thing"}}"""));
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }
}
