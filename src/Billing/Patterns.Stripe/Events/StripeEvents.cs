using System.Globalization;
using System.Security.Cryptography;

namespace Patterns.Stripe;

/// <summary>Webhook events of Stripe: proof that one is genuine, and its content. Nothing here does I/O or keeps state.</summary>
public static class StripeEvents
{
    /// <summary>The age that <see cref="Parse"/> allows unless told otherwise: 300 s, as in Stripe's SDKs.</summary>
    public static readonly TimeSpan DefaultTolerance = TimeSpan.FromSeconds(300);

    /// <summary>
    /// Verifies a request to a webhook endpoint and reads its envelope. The header's <c>t</c> and at least one of its <c>v1</c> must be the HMAC-SHA256 of
    /// <c>t.payload</c> under one of the secrets, compared in constant time; wrong <c>v1</c> beside a right one are allowed, because Stripe signs with every active
    /// secret while one is rotated (https://docs.stripe.com/webhooks#verify-manually). Age is judged after the signature, and by <c>t</c> only, never by the event's own
    /// <see cref="StripeEvent.Created"/>: Stripe delivers for up to three days. A <c>t</c> ahead of <paramref name="now"/> is accepted, as in Stripe's Node SDK.
    /// </summary>
    /// <param name="payload">The request's body, byte for byte as it arrived. It is copied, so the buffer may be reused.</param>
    /// <param name="header">The value of <c>Stripe-Signature</c>; <see langword="null"/> when the request has none.</param>
    /// <param name="secrets">The endpoint's signing secrets (<c>whsec_...</c>), the usual one first: several while one is rotated.</param>
    /// <param name="now">The time, from your <see cref="TimeProvider"/>.</param>
    /// <param name="tolerance">How old <c>t</c> may be, inclusive; <see cref="DefaultTolerance"/> when omitted, <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <returns>The outcome, and the event when it is <see cref="StripeEventOutcome.Verified"/>.</returns>
    /// <exception cref="ArgumentException">There is no secret, or one is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative.</exception>
    public static StripeEventResult Parse(ReadOnlySpan<byte> payload, string? header, IReadOnlyList<string> secrets, DateTimeOffset now, TimeSpan? tolerance = null)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        if (secrets.Count == 0) throw new ArgumentException("There is no signing secret: pass the endpoint's whsec_... from the Dashboard.", nameof(secrets));
        var allowed = tolerance ?? DefaultTolerance;
        if (allowed < TimeSpan.Zero && allowed != Timeout.InfiniteTimeSpan) throw new ArgumentOutOfRangeException(nameof(tolerance), allowed, "The tolerance is 0 or more, or Timeout.InfiniteTimeSpan.");
        if (!SignatureHeader.TryParse(header, out var signatures)) return new(StripeEventOutcome.Malformed, null);

        if (!IsSigned(payload, signatures, secrets)) return new(StripeEventOutcome.BadSignature, null);
        if (allowed != Timeout.InfiniteTimeSpan && now.ToUnixTimeSeconds() - signatures.Seconds > allowed.TotalSeconds) return new(StripeEventOutcome.TooOld, null);

        var copy = new byte[payload.Length];
        payload.CopyTo(copy);
        return EventEnvelope.Read(copy) is { } read ? new(StripeEventOutcome.Verified, read) : new(StripeEventOutcome.Malformed, null);
    }

    /// <summary>Makes the header of a genuine delivery, for tests of a webhook endpoint.</summary>
    /// <param name="payload">The body that will be sent.</param>
    /// <param name="secret">The signing secret that the endpoint expects.</param>
    /// <param name="now">The time of the delivery; its whole seconds are signed.</param>
    /// <returns>A value for <c>Stripe-Signature</c>.</returns>
    /// <exception cref="ArgumentException">The secret is empty.</exception>
    public static string Sign(ReadOnlySpan<byte> payload, string secret, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        SigningKey.Of(secret).ComputeMac(seconds, payload, mac);
        return $"t={seconds},v1={Convert.ToHexStringLower(mac)}";
    }

    private static bool IsSigned(ReadOnlySpan<byte> payload, in SignatureHeader signatures, IReadOnlyList<string> secrets)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        for (var i = 0; i < secrets.Count; i++)
        {
            SigningKey.Of(secrets[i]).ComputeMac(signatures.Timestamp, payload, mac);
            if (signatures.Contains(mac)) return true;
        }

        return false;
    }
}
