using Patterns.WebhookSecurity;

namespace SaasApp;

internal static partial class DeliveryLogging
{
    /// <summary>Notes every delivery together with its answer, also the refused ones that never reach the endpoint's handler.</summary>
    public static void UseDeliveryLog(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<DeliveryLog>();
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.UseWhen(static context => context.Request.Path == StripeWebhook.Path && HttpMethods.IsPost(context.Request.Method), branch => branch.Use(async (context, next) =>
        {
            await next(context);
            var webhook = context.Features.Get<VerifiedWebhook>();
            var status = context.Response.StatusCode;
            var outcome = context.Features.Get<WebhookAnswer>()?.Outcome ?? (status < 500 ? DeliveryOutcome.Refused : DeliveryOutcome.Failed);
            log.Add(new Delivery(time.GetUtcNow(), webhook?.Id, webhook?.Type, status, outcome));
            // A refused one is logged, with the reason, by Patterns.WebhookSecurity.
            if (webhook is not null) LogDelivery(app.Logger, webhook.Id, webhook.Type, status, outcome);
        }));
    }

    [LoggerMessage(10, LogLevel.Information, "Stripe event {EventId} ({Type}): {Status} {Outcome}")]
    private static partial void LogDelivery(ILogger logger, string? eventId, string? type, int status, string outcome);
}
