namespace Billing.Tests.Stripe;

/// <summary>A request as it came over the wire.</summary>
public sealed record ReceivedRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Key => Header("Idempotency-Key");

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
