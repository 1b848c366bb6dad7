namespace Patterns.WebhookDedup;

/// <summary>What is special about the events of one source.</summary>
public sealed class WebhookSourceOptions
{
    /// <summary>
    /// By what two payloads of one event are the same. Default: <see cref="WebhookFingerprint.RawBody"/>. After a change of this option, events from before the
    /// change that are delivered again are mismatches; set <see cref="OnMismatch"/> to <see cref="MismatchPolicy.TreatAsDuplicate"/> for as long as the provider redelivers.
    /// </summary>
    public WebhookFingerprint Fingerprint { get; set; } = WebhookFingerprint.RawBody;

    /// <summary>What a delivery with a known id and another payload is told. Default: <see cref="MismatchPolicy.Refuse"/>.</summary>
    public MismatchPolicy OnMismatch { get; set; }

    /// <summary>What <see cref="IWebhookDedup.RunOnceAsync"/> does when the handler throws. Default: <see cref="HandlerFailurePolicy.Rethrow"/>.</summary>
    public HandlerFailurePolicy OnFailure { get; set; }

    /// <summary>
    /// For Stripe: the fingerprint leaves out <c>/pending_webhooks</c>, the number of endpoints that have not answered yet, which changes from one delivery of an
    /// event to the next (https://docs.stripe.com/api/events/object).
    /// </summary>
    public void UseStripe() => Fingerprint = WebhookFingerprint.JsonExcept("/pending_webhooks");
}
