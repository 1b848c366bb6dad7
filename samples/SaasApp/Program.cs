using Patterns.WebhookSecurity;
using SaasApp;

var demo = args.Contains("--demo");
var load = LoadRun.TimeOf(args);
var doomed = args.Contains(DoomedProcess.Argument);

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory,
    EnvironmentName = demo || load is not null ? Environments.Development : null,
});
if (demo || load is not null)
    builder.OnServerOfItsOwn();
if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
    builder.WebHost.UseUrls("http://127.0.0.1:5080");

// A PostgreSQL that lives as long as this process, unless ConnectionStrings:Postgres names one.
if (builder.Environment.IsDevelopment())
    builder.AddDevServers(o => (o.Redis, o.Postgres) = (null, new() { Durable = load is not null }));

var secret = StripeSecret.Read(builder.Configuration, builder.Environment);
builder.Services.AddSingleton(secret);
builder.Services.AddSingleton(new CrashPoints(doomed));

builder.Services.AddPostgres(o => o.ConnectionString = builder.Configuration.GetConnectionString("Postgres")).AddSchemaScripts("saas_app", typeof(Program).Assembly);
builder.Services.AddWebhookSecurity(o => o.AddSource(StripeWebhook.Source, WebhookScheme.Stripe, keys => keys.Add("current", secret.Value)));
builder.Services.AddWebhookDedup(o =>
{
    o.Source(StripeWebhook.Source, source => source.UseStripe());
    // A process without handlers leaves what it stores to others: so does one that is about to die, and one whose speed of storing is measured.
    if (!doomed && load is null) o.Handle<InvoicePaidHandler>(StripeWebhook.Source, StripeWebhook.InvoicePaid);
});

builder.Services.AddSingleton<PaymentStore>();
builder.Services.AddSingleton<ReceiptStore>();
builder.Services.AddSingleton<Throughput>().AddHostedService(static services => services.GetRequiredService<Throughput>());
builder.Services.AddSingleton<WebhooksQuery>();
builder.Services.AddSingleton<DeliveryLog>().AddHostedService(static services => services.GetRequiredService<DeliveryLog>());
builder.Services.AddProblemDetails();
builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("postgres");
builder.Services.ConfigureHttpJsonOptions(static o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, AppJson.Default));
if (builder.Environment.IsDevelopment())
    builder.Services.AddScenarios();
if (doomed)
    builder.Services.AddHostedService<ParentWatch>();

await using var app = builder.Build();

app.UseExceptionHandler();
app.UseStatusCodePages();
app.UsePage();
app.UseDeliveryLog();
app.MapStripeWebhook();
app.MapGet("/api/payments", static (PaymentStore payments, string? @event, CancellationToken ct) => payments.ListAsync(@event, ct));
app.MapGet("/api/receipts/{eventId}", static async Task<IResult> (ReceiptStore receipts, string eventId, CancellationToken ct) =>
    await receipts.FindAsync(eventId, ct) is { } document ? TypedResults.Text(document) : TypedResults.NotFound());
app.MapGet("/api/webhooks", static (WebhooksQuery webhooks, CancellationToken ct) => webhooks.ReadAsync(ct));
app.MapGet("/api/webhooks/live", static (WebhooksQuery webhooks, CancellationToken ct) => TypedResults.ServerSentEvents(webhooks.FollowAsync(ct)));
app.MapHealthChecks("/health");
app.MapScenarios();

if (demo)
    return await app.PlayDemoAsync();
if (load is { } time)
    return await app.RunLoadAsync(time);

secret.Announce(app.Logger);
await app.RunAsync();
return 0;
