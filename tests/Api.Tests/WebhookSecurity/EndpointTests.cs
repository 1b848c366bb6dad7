using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class EndpointTests
{
    private static readonly byte[] Body = """{"id":"evt_1","object":"event","data":{"object":{"id":"in_1"}},"type":"invoice.paid"}"""u8.ToArray();

    [Fact]
    public async Task A_genuine_webhook_reaches_the_handler_and_a_tampered_one_does_not()
    {
        await using var app = await WebhookApp.StartAsync(
            o => o.AddSource("stripe", WebhookScheme.Stripe, keys => keys.Add("2026-01", "whsec_0123456789abcdef")),
            app => app.MapPost("/hooks/stripe", (VerifiedWebhook hook) => $"{hook.Source} {hook.Id} {hook.Type} {hook.KeyId} {hook.ReplayKey}").RequireWebhookSignature("stripe"));
        var headers = app.Services.GetRequiredService<IWebhookSigner>().Sign("stripe", "evt_1", TimeProvider.System.GetUtcNow(), Body);

        var genuine = await app.PostAsync("/hooks/stripe", Body, headers);
        var tampered = await app.PostAsync("/hooks/stripe", [.. Body, (byte)' '], headers);

        genuine.Text.Should().Be("stripe evt_1 invoice.paid 2026-01 evt_1");
        tampered.Status.Should().Be(HttpStatusCode.BadRequest);
    }
}
