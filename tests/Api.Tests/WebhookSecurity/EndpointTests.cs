using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class EndpointTests
{
    private const string Secret = "whsec_0123456789abcdef";
    private static readonly byte[] Body = """{"id":"evt_1","object":"event","data":{"object":{"id":"in_1"}},"type":"invoice.paid"}"""u8.ToArray();

    [Fact]
    [Guarantee("WebhookSecurity", 2)]
    public async Task A_genuine_webhook_reaches_the_handler_and_a_tampered_one_does_not()
    {
        await using var app = await StartAsync(
            app => app.MapPost("/h", (VerifiedWebhook hook) => $"{hook.Source} {hook.Id} {hook.Type} {hook.KeyId} {hook.ReplayKey} {hook.Body.Length}").RequireWebhookSignature("stripe"));

        var genuine = await app.PostAsync("/h", Body, Sign(app));
        var tampered = await app.PostAsync("/h", [.. Body, (byte)' '], Sign(app));

        genuine.Text.Should().Be($"stripe evt_1 invoice.paid 2026-01 evt_1 {Body.Length}");
        tampered.Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 5)]
    public async Task The_body_is_readable_again_by_the_framework_s_own_binders()
    {
        await using var app = await StartAsync(app =>
        {
            app.MapPost("/json", (StripeEvent payload, VerifiedWebhook hook) => payload.Id + hook.Id).RequireWebhookSignature("stripe");
            app.MapPost("/stream", async (Stream body) => await new StreamReader(body).ReadToEndAsync()).RequireWebhookSignature("stripe");
            app.MapPost("/pipe", async (HttpContext context) => (await context.Request.BodyReader.ReadAtLeastAsync(Body.Length)).Buffer.Length).RequireWebhookSignature("stripe");
            app.MapPost("/context", (HttpContext context) => context.GetVerifiedWebhook().Type).RequireWebhookSignature("stripe");
            app.MapPost("/form", ([FromForm] string text, VerifiedWebhook hook) => text + hook.Source).RequireWebhookSignature("stripe");
            app.MapGroup("/group").RequireWebhookSignature("stripe").MapPost("/in", (VerifiedWebhook hook) => hook.Type);
        });
        var form = "text=gr%C3%BC%C3%9Fe"u8.ToArray();

        (await app.PostAsync("/json", Body, Sign(app))).Text.Should().Be("evt_1evt_1");
        (await app.PostAsync("/stream", Body, Sign(app))).Text.Should().Be(Encoding.UTF8.GetString(Body));
        (await app.PostAsync("/pipe", Body, Sign(app))).Text.Should().Be($"{Body.Length}");
        (await app.PostAsync("/context", Body, Sign(app))).Text.Should().Be("invoice.paid");
        (await app.PostAsync("/form", form, Sign(app, form), "application/x-www-form-urlencoded")).Text.Should().Be("grüßestripe");
        (await app.PostAsync("/group/in", Body, Sign(app))).Text.Should().Be("invoice.paid");
    }

    [Fact]
    [Guarantee("WebhookSecurity", 5)]
    public async Task A_body_that_a_middleware_buffered_and_read_is_read_again()
    {
        await using var app = await StartAsync(app =>
        {
            app.Use(async (context, next) =>
            {
                if (context.Request.Path == "/buffered") context.Request.EnableBuffering();
                await context.Request.Body.CopyToAsync(Stream.Null);
                await next(context);
            });
            app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = context => context.Response.WriteAsync(context.Features.Get<Microsoft.AspNetCore.Diagnostics.IExceptionHandlerFeature>()!.Error.Message) });
            app.MapPost("/buffered", (VerifiedWebhook hook) => hook.Id).RequireWebhookSignature("stripe");
            app.MapPost("/consumed", (VerifiedWebhook hook) => hook.Id).RequireWebhookSignature("stripe");
        });

        (await app.PostAsync("/buffered", Body, Sign(app))).Text.Should().Be("evt_1");
        (await app.PostAsync("/consumed", Body, Sign(app))).Text.Should().Contain("EnableBuffering", "a signature that can never match is a fault in the application");
    }

    [Fact]
    [Guarantee("WebhookSecurity", 12)]
    public async Task Refusals_are_told_apart_in_the_log_and_not_in_the_answer()
    {
        var logs = new CapturedLog();
        await using var app = await StartAsync(app => app.MapPost("/h", (VerifiedWebhook hook) => hook.Id).RequireWebhookSignature("stripe"), services: Logged(logs));
        var now = TimeProvider.System.GetUtcNow();
        var header = Sign(app)["Stripe-Signature"];

        var answers = new List<WebhookApp.Answer>
        {
            await app.PostAsync("/h", Body, new Dictionary<string, string>(StringComparer.Ordinal)),
            await app.PostAsync("/h", Body, Headers("v1=abc")),
            await app.PostAsync("/h", Body, Headers(header[..^1])),
            await app.PostAsync("/h", Body, Signer(app).Sign("stripe", "1", now.AddMinutes(-6), Body)),
            await app.PostAsync("/h", Body, Signer(app).Sign("stripe", "1", now.AddMinutes(3), Body)),
        };

        answers.Should().AllBeEquivalentTo(
            new WebhookApp.Answer(HttpStatusCode.BadRequest, """{"type":"about:blank","title":"The webhook was refused.","status":400}""", "application/problem+json", null));
        foreach (var outcome in new[] { "MissingSignature", "Malformed", "BadSignature", "TooOld", "FromFuture" })
            logs.Entries.Should().ContainSingle(entry => entry.Id == 1 && entry.Text.Contains(outcome, StringComparison.Ordinal));
        var signature = header[20..40];
        logs.Entries.Should().NotContain(entry => entry.Text.Contains(Secret, StringComparison.Ordinal) || entry.Text.Contains(signature, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_status_code_of_an_outcome_can_be_chosen()
    {
        await using var app = await StartAsync(
            app => app.MapPost("/h", (VerifiedWebhook hook) => hook.Id).RequireWebhookSignature("stripe"),
            o => (o.StatusCodes[WebhookOutcome.MissingSignature], o.StatusCodes[WebhookOutcome.BadSignature]) = (401, 204));

        (await app.PostAsync("/h", Body, new Dictionary<string, string>(StringComparer.Ordinal))).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await app.PostAsync("/h", Body, Headers($"t=1,v1={new string('0', 64)}"))).Should().Be(new WebhookApp.Answer(HttpStatusCode.NoContent, "", null, null));
    }

    [Fact]
    [Guarantee("WebhookSecurity", 7)]
    public async Task The_scope_comes_from_the_route_and_a_failed_store_asks_for_a_retry()
    {
        var store = new KeyStore();
        store.Put("acme", new WebhookKey("acme-key", Secret));
        await using var app = await StartAsync(
            app => app.MapPost("/h/{tenant}", (VerifiedWebhook hook) => $"{hook.Scope} {hook.KeyId}").RequireWebhookSignature("tenants", scopeRouteValue: "tenant"),
            o => o.AddSource("tenants", WebhookScheme.Stripe, keysFrom: typeof(KeyStore)),
            services => services.AddSingleton(store));

        (await app.PostAsync("/h/acme", Body, Sign(app))).Text.Should().Be("acme acme-key");
        (await app.PostAsync("/h/globex", Body, Sign(app))).Status.Should().Be(HttpStatusCode.BadRequest);
        (await app.PostAsync("/h/" + new string('x', 201), Body, Sign(app))).Status.Should().Be(HttpStatusCode.BadRequest);
        store.Before = _ => throw new InvalidOperationException("The store is down.");
        var unavailable = await app.PostAsync("/h/initech", Body, Sign(app));

        (unavailable.Status, unavailable.RetryAfter).Should().Be((HttpStatusCode.ServiceUnavailable, "5"));
    }

    [Fact]
    [Guarantee("WebhookSecurity", 11)]
    public async Task Slack_s_challenge_is_answered_once_its_signature_is_verified()
    {
        var challenge = """{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}"""u8.ToArray();
        await using var app = await StartAsync(
            app => app.MapPost("/slack", (VerifiedWebhook _) => "the handler").RequireWebhookSignature("slack"),
            o => o.AddSource("slack", WebhookScheme.Slack, keys => keys.Add("k", Secret)));
        var headers = Signer(app).Sign("slack", "1", TimeProvider.System.GetUtcNow(), challenge);

        var genuine = await app.PostAsync("/slack", challenge, headers);
        var forged = await app.PostAsync("/slack", challenge, new Dictionary<string, string>(headers, StringComparer.Ordinal) { ["X-Slack-Signature"] = "v0=" + new string('0', 64) });

        (genuine.Status, genuine.Text, genuine.ContentType).Should().Be((HttpStatusCode.OK, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", "text/plain; charset=utf-8"));
        forged.Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_endpoint_that_requires_no_signature_has_no_webhook_to_give()
    {
        await using var app = await StartAsync(app =>
        {
            app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = context => context.Response.WriteAsync(context.Features.Get<Microsoft.AspNetCore.Diagnostics.IExceptionHandlerFeature>()!.Error.Message) });
            app.MapPost("/h", (VerifiedWebhook hook) => hook.Id);
        });

        (await app.PostAsync("/h", Body, Sign(app))).Text.Should().Contain("RequireWebhookSignature");
    }

    private static Task<WebhookApp> StartAsync(Action<WebApplication> map, Action<WebhookSecurityOptions>? configure = null, Action<IServiceCollection>? services = null) =>
        WebhookApp.StartAsync(
            o =>
            {
                o.AddSource("stripe", WebhookScheme.Stripe, keys => keys.Add("2026-01", Secret));
                configure?.Invoke(o);
            },
            map,
            services);

    private static Action<IServiceCollection> Logged(CapturedLog logs) => services => services.AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(logs);

    private static IWebhookSigner Signer(WebhookApp app) => app.Services.GetRequiredService<IWebhookSigner>();

    private static IReadOnlyDictionary<string, string> Sign(WebhookApp app, byte[]? body = null) => Signer(app).Sign("stripe", "evt_1", TimeProvider.System.GetUtcNow(), body ?? Body);

    private static Dictionary<string, string> Headers(string signature) => new(StringComparer.Ordinal) { ["Stripe-Signature"] = signature };

    private sealed record StripeEvent(string Id);
}
