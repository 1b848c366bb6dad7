#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Api/Patterns.WebhookSecurity
// A receiver of Stripe's webhooks, which then sends itself a genuine one and a tampered one, and stops: dotnet run samples/WebhookSecurity.cs
using System.Text;
using Patterns.WebhookSecurity;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddWebhookSecurity(o => o.AddSource("stripe", WebhookScheme.Stripe, keys => keys
    .Add("2026-01", builder.Configuration["Stripe:WebhookSecret"] ?? "whsec_only_for_this_sample")));

var app = builder.Build();
app.MapPost("/webhooks/stripe", (VerifiedWebhook hook) => $"{hook.Type} {hook.Id}, verified by key {hook.KeyId}").RequireWebhookSignature("stripe");
await app.StartAsync();

const string Body = """{"id":"evt_1","object":"event","data":{"object":{"id":"in_1","amount_paid":4900}},"type":"invoice.paid"}""";
var signer = app.Services.GetRequiredService<IWebhookSigner>();
var headers = signer.Sign("stripe", "evt_1", TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes(Body));
using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
foreach (var (name, body) in new[] { ("genuine", Body), ("tampered", Body.Replace("4900", "9900", StringComparison.Ordinal)) })
{
    using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = new StringContent(body) };
    foreach (var header in headers) request.Headers.Add(header.Key, header.Value);
    using var response = await client.SendAsync(request);
    Console.WriteLine($"{name}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
}
await app.StopAsync();
