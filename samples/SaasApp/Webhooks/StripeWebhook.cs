using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Patterns.WebhookDedup;
using Patterns.WebhookSecurity;

namespace SaasApp;

/// <summary>The endpoint that Stripe calls.</summary>
internal static class StripeWebhook
{
    public const string Path = "/webhooks/stripe";
    public const string Source = "stripe";
    public const string CheckoutCompleted = "checkout.session.completed";
    public const string InvoicePaid = "invoice.paid";

    public static void MapStripeWebhook(this IEndpointRouteBuilder app) => app.MapPost(Path, HandleAsync).RequireWebhookSignature(Source);

    // <shown>
    // The signature is verified before this runs. What takes milliseconds is done while Stripe waits: claim and effect are one transaction, so both are committed or
    // neither is. Everything else is stored first, and its handler (see Program.cs) works on it after the answer.
    private static async Task<Results<Ok<WebhookAnswer>, ProblemHttpResult>> HandleAsync(
        VerifiedWebhook webhook, HttpContext context, IWebhookDedup dedup, Fulfilment fulfilment, CrashPoints crash, CancellationToken ct)
    {
        WebhookEvent webhookEvent;
        try
        {
            webhookEvent = WebhookEvent.FromStripe(webhook.Body);
        }
        catch (ArgumentException error)
        {
            return TypedResults.Problem(error.Message, statusCode: StatusCodes.Status400BadRequest, title: "The webhook is signed, but is no Stripe event.");
        }

        var receipt = webhookEvent.Type == CheckoutCompleted
            ? await dedup.RunOnceAsync(
                webhookEvent,
                async (transaction, token) =>
                {
                    await fulfilment.FulfilAsync(transaction, webhookEvent, token);
                    crash.Reach(CrashPoints.BeforeCommit, context.Request);
                },
                ct)
            : await dedup.ReceiveAsync(webhookEvent, ct);
        crash.Reach(CrashPoints.AfterCommit, context.Request);
        return Answer(context, receipt);
    }
    // </shown>

    private static Results<Ok<WebhookAnswer>, ProblemHttpResult> Answer(HttpContext context, WebhookReceipt receipt)
    {
        var outcome = DeliveryOutcome.Of(receipt);
        var answer = new WebhookAnswer(outcome, receipt.Deliveries);
        context.Features.Set(answer);
        if (receipt.HttpStatus == StatusCodes.Status200OK)
            return TypedResults.Ok(answer);

        if (receipt.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = wait.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(
            statusCode: receipt.HttpStatus,
            title: receipt.Outcome == ClaimOutcome.InFlight ? "Another delivery of this event is being worked on. Deliver it again." : "This event's id was used with another payload.",
            extensions: [new("outcome", outcome)]);
    }
}
