namespace SaasApp;

/// <summary>An event as Stripe would send it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type.</param>
/// <param name="Body">The bytes of a delivery.</param>
internal sealed record StripeTestEvent(string Id, string Type, byte[] Body)
{
    /// <summary>The bytes that Stripe signed: <see cref="Body"/>, unless somebody has changed that on the way.</summary>
    public byte[] SignedBody { get; private init; } = Body;

    /// <summary>The event as a later delivery carries it: Stripe counts down the endpoints that have not answered yet, and signs the new body.</summary>
    public StripeTestEvent WithPendingWebhooks(int count) => new(Id, Type, Replace("\"pending_webhooks\": 1"u8, System.Text.Encoding.UTF8.GetBytes($"\"pending_webhooks\": {count}")));

    /// <summary>The event with one bit of its body flipped after it was signed: the first digit of the amount, 4, becomes 5.</summary>
    public StripeTestEvent WithFlippedBit()
    {
        var body = Body.ToArray();
        body[body.AsSpan().IndexOf(": 4900"u8) + 2] ^= 1;
        return this with { Body = body };
    }

    private byte[] Replace(ReadOnlySpan<byte> old, ReadOnlySpan<byte> fresh)
    {
        var at = Body.AsSpan().IndexOf(old);
        return [.. Body.AsSpan(0, at), .. fresh, .. Body.AsSpan(at + old.Length)];
    }
}
