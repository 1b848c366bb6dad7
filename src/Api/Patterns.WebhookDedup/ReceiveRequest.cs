namespace Patterns.WebhookDedup;

/// <summary>An event that is to be stored, and the receipt that it gets if it is new.</summary>
internal readonly record struct ReceiveRequest(WebhookEvent Event, byte[]? Fingerprint, EventOrder Order, Guid Receipt)
{
    public bool IsSameEventAs(in ReceiveRequest other) => Event.Id == other.Event.Id && Event.Source == other.Event.Source && Event.Tenant == other.Event.Tenant;

    public bool HasFingerprint(byte[]? other) => Fingerprint is null || other is null || Fingerprint.AsSpan().SequenceEqual(other);
}
