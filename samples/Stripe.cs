#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Billing/Patterns.Stripe/Patterns.Stripe.csproj

// A checkout, an upgrade that is answered with an error at first, and webhooks out of order, against a small server in Stripe's place: dotnet run samples/Stripe.cs
using System.Text;
using Patterns.Stripe;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
await using var server = builder.Build();
var failures = 1;
server.MapPost("/v1/checkout/sessions", () => Results.Text("""{"id":"cs_1","object":"checkout.session","url":"https://checkout.stripe.com/c/pay/cs_1","expires_at":1795086400}""", "application/json"));
server.MapGet("/v1/subscriptions/sub_1", () => Results.Text(Subscription("active", "price_team"), "application/json"));
server.MapPost("/v1/subscriptions/sub_1", (HttpRequest request) =>
{
    Console.WriteLine($"  the server got key {request.Headers["Idempotency-Key"]}, and answers {(failures > 0 ? 500 : 200)}");
    return failures-- > 0 ? Results.StatusCode(500) : Results.Text(Subscription("active", "price_team"), "application/json");
});
await server.StartAsync();

var application = Host.CreateApplicationBuilder();
application.Services.AddStripe(o =>
{
    o.ApiKey = "sk_test_only_for_this_sample";
    o.ApiBase = new Uri(server.Urls.Single()); // leave it out to reach Stripe
    o.Plans["pro"] = "price_pro";
    o.Plans["team"] = "price_team";
});
using var host = application.Build();
var (billing, stripe) = (host.Services.GetRequiredService<IBillingGateway>(), host.Services.GetRequiredService<IStripeClient>());

var checkout = await billing.StartCheckoutAsync(new() { TenantId = "acme", Plan = "pro", SuccessUrl = new("https://app.example.com/welcome"), TrialDays = 14, IdempotencyKey = "click-1" });
Console.WriteLine($"Send the customer to {checkout.Url}");

// One logical change, one key: however often it is sent, it happens once.
var change = await billing.ChangePlanAsync(new() { SubscriptionId = "sub_1", Plan = "team", Proration = BillingProration.ChargeNow, IdempotencyKey = "upgrade-1" });
Console.WriteLine(change switch
{
    BillingChange.Changed changed => $"Upgraded: {changed.Subscription.Plan}",
    BillingChange.Declined declined => $"Declined: {declined.Code}",
    _ => "It has ended",
});

// Webhooks arrive late, twice, in any order, and several within one second.
SubscriptionState? state = null;
const string Secret = "whsec_only_for_this_sample";
foreach (var (id, second, status) in new[] { ("evt_2", 20, "active"), ("evt_1", 10, "trialing"), ("evt_2", 20, "active"), ("evt_3", 20, "past_due"), ("evt_5", 90, "canceled"), ("evt_4", 95, "active") })
{
    var body = Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","object":"event","created":{{1795000000 + second}},"type":"customer.subscription.updated","data":{"object":{{Subscription(status, "price_pro")}} } }""");
    var header = StripeEvents.Sign(body, Secret, TimeProvider.System.GetUtcNow()); // what Stripe sends as Stripe-Signature
    var stripeEvent = StripeEvents.Parse(body, header, [Secret], TimeProvider.System.GetUtcNow()).Event!;

    var (outcome, next) = SubscriptionState.Apply(state, stripeEvent);
    state = outcome == SubscriptionOutcome.Refetch ? SubscriptionState.Refetched(state, await stripe.GetSubscriptionAsync("sub_1"), stripeEvent) : next;
    Console.WriteLine($"{id} ({status}): {outcome}, so it is {state!.Status} with {billing.PlanOf(state.Items[0].PriceId)}");
}

var forged = StripeEvents.Parse("{}"u8, "t=1795000000,v1=" + new string('0', 64), [Secret], TimeProvider.System.GetUtcNow());
Console.WriteLine($"A forged event: {forged.Outcome}");
await server.StopAsync();

static string Subscription(string status, string price) =>
    $$"""{"id":"sub_1","object":"subscription","status":"{{status}}","customer":"cus_1","metadata":{"tenant_id":"acme"},"items":{"data":[{"id":"si_1","quantity":1,"metadata":{},"price":{"id":"{{price}}","object":"price","metadata":{} } }]} }""";
