using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Patterns.AuditLog;
using Patterns.CreditLedger;
using Patterns.RlsSession;
using Patterns.WebhookSecurity;
using SaasApp;
using SaasApp.Layout;

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
{
    builder.AddDevServers(o => (o.Redis, o.Postgres) = (null, new() { Durable = load is not null }));
    await builder.UsePlainLoginAsync();
    builder.Services.Configure<KeyManagementOptions>(FormKeys.KeepInMemory);
}

// Goes after the application, which is declared later.
using var spill = new TemporaryFolder();
await using var providers = await Providers.StartAsync(builder.Configuration, loopback: builder.Environment.IsDevelopment() && !doomed && load is null);

var secrets = Secrets.Read(builder.Configuration, builder.Environment);
var auditKey = new AuditKey(secrets[Secrets.AuditSigning]);
builder.Services.AddSingleton(secrets);
builder.Services.AddSingleton(auditKey);
builder.Services.AddSingleton(new CrashPoints(doomed));

builder.Services
    .AddPostgres(o =>
    {
        o.ConnectionString = builder.Configuration.GetConnectionString("Postgres");
        o.MigrationConnectionString = builder.Configuration.GetConnectionString(DatabaseLogin.Owner);
    })
    // Scripts run by name, after the kernel's: this name comes after every package's, whose tables it gives rights on.
    .AddSchemaScripts("your_app", typeof(Program).Assembly);
builder.Services.AddWebhookSecurity(o => o.AddSource(StripeWebhook.Source, WebhookScheme.Stripe, keys => keys.Add("current", secrets[Secrets.StripeWebhook])));
builder.Services.AddWebhookDedup(o =>
{
    o.Source(StripeWebhook.Source, source => source.UseStripe());
    // A process without handlers leaves what it stores to others: so does one that is about to die, and one whose speed of storing is measured.
    if (!doomed && load is null) o.Handle<InvoicePaidHandler>(StripeWebhook.Source, StripeWebhook.InvoicePaid);
});
// By default free credits drain first. Here it is those that were paid for, so that a few texts are enough to see revenue.
builder.Services.AddCreditLedger(o => o.Pool(Pools.Free, PoolKind.Free).Pool(Pools.Paid, PoolKind.Paid, priority: 5));
builder.Services.AddAuditLog(o => o.SigningKeys.Add(auditKey.Private));
builder.Services.AddRlsSession(o =>
{
    o.Sealing = Sealing.On;
    o.SealKeys.Add(new SealKey(1, Convert.FromBase64String(secrets[Secrets.TenantSeal])));
    o.Request.Resolve = People.ScopeOf;
});
// What the audit log reads for a tenant, it reads in a scope that is sealed.
builder.Services.AddOptions<AuditLogOptions>().Configure<IRlsSession>(static (o, session) => o.ApplyScope = (transaction, tenant, ct) => session.ApplyAsync(transaction, new TenantScope(tenant), ct));
builder.Services.AddHostedService<TableProtection>();
builder.Services.AddLlmFallback(o => o.Chain(Author.Chain, providers.Chain));
builder.Services.AddLlmCost(o => o.SpillFolder = builder.Environment.IsDevelopment() ? spill.Path : builder.Configuration["LlmCost:SpillFolder"]);
builder.Services.AddSingleton(providers);

builder.Services.AddHttpContextAccessor();
builder.Services.AddSingleton<People>();
builder.Services.AddSingleton<OwnAddress>();
builder.Services.AddSingleton<DocumentStore>();
builder.Services.AddSingleton<Attempts>();
builder.Services.AddSingleton<Author>();
builder.Services.AddSingleton<BookedAttempts>();
builder.Services.AddSingleton<RevenueBook>();
builder.Services.AddSingleton<Fulfilment>();
builder.Services.AddSingleton<LedgerQuery>();
builder.Services.AddSingleton<PaymentStore>();
builder.Services.AddSingleton<ReceiptStore>();
builder.Services.AddSingleton<SpendByHand>();
builder.Services.AddSingleton<SpendLoad>();
builder.Services.AddSingleton<HtmlFragments>();
builder.Services.AddSingleton<Throughput>().AddHostedService(static services => services.GetRequiredService<Throughput>());
builder.Services.AddSingleton<MetricStore>().AddHostedService(static services => services.GetRequiredService<MetricStore>());
builder.Services.AddSingleton<WebhooksQuery>();
builder.Services.AddSingleton<DeliveryLog>().AddHostedService(static services => services.GetRequiredService<DeliveryLog>());
builder.Services.AddProblemDetails();
builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("postgres");
builder.Services.ConfigureHttpJsonOptions(static o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, AppJson.Default));
builder.Services.AddRazorComponents();
if (builder.Environment.IsDevelopment())
    builder.Services.AddScenarios(seed: !doomed && load is null);
if (doomed)
    builder.Services.AddHostedService<ParentWatch>();

await using var app = builder.Build();

app.UseExceptionHandler();
app.UseStatusCodePages();
app.UsePageHeaders();
app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = static file => file.Context.Response.Headers.CacheControl = "no-cache" });
app.UseRlsTenant();
app.UseAntiforgery();
app.UseDeliveryLog();
app.MapStripeWebhook();
app.MapGet("/api/payments", static (PaymentStore payments, string? @event, CancellationToken ct) => payments.ListAsync(@event, ct));
app.MapGet("/api/receipts/{eventId}", static async Task<IResult> (ReceiptStore receipts, string eventId, CancellationToken ct) =>
    await receipts.FindAsync(eventId, ct) is { } document ? TypedResults.Text(document) : TypedResults.NotFound());
app.MapGet("/api/webhooks", static (WebhooksQuery webhooks, CancellationToken ct) => webhooks.ReadAsync(ct));
app.MapGet("/api/webhooks/live", static (WebhooksQuery webhooks, CancellationToken ct) => TypedResults.ServerSentEvents(webhooks.FollowAsync(ct)));
app.MapGet("/metrics", static (MetricStore metrics) => TypedResults.Text(metrics.Write(), "text/plain; version=0.0.4; charset=utf-8"));
app.MapHealthChecks("/health");
app.MapScenarios();
app.MapSpendLoad();
app.MapWriting();
People.MapSignIn(app);
app.MapRazorComponents<App>();

if (demo)
    return await app.PlayDemoAsync();
if (load is { } time)
    return await app.RunLoadAsync(time);

secrets.Announce(app.Logger);
await app.RunAsync();
return 0;
