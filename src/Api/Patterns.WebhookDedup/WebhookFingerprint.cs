using System.Security.Cryptography;

namespace Patterns.WebhookDedup;

/// <summary>By what two payloads of one event are the same: a SHA-256 of what matters in them.</summary>
public abstract class WebhookFingerprint
{
    private protected WebhookFingerprint()
    {
    }

    /// <summary>Every byte matters.</summary>
    public static WebhookFingerprint RawBody { get; } = new RawBodyFingerprint();

    /// <summary>Payloads are not compared: an id alone decides.</summary>
    public static WebhookFingerprint None { get; } = new NoFingerprint();

    /// <summary>
    /// The JSON value matters, without the order of members, white space and escapes, and without what the paths point to. Numbers are compared by their text (1.0 is not 1). A
    /// payload that is not JSON (RFC 8259), names a member of an object twice or nests deeper than 64 levels is compared by its bytes.
    /// </summary>
    /// <param name="paths">JSON Pointers (RFC 6901), such as <c>/pending_webhooks</c> or <c>/data/object/updated</c>; none compares all of the value.</param>
    /// <returns>The fingerprint.</returns>
    /// <exception cref="ArgumentException">A path is not a JSON Pointer, or points to the whole document.</exception>
    public static WebhookFingerprint JsonExcept(params string[] paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return new JsonFingerprint(JsonPointers.Parse(paths));
    }

    /// <summary>The fingerprint's 32 bytes, or null when payloads are not compared.</summary>
    internal abstract byte[]? Compute(ReadOnlySpan<byte> payload);

    private sealed class RawBodyFingerprint : WebhookFingerprint
    {
        internal override byte[] Compute(ReadOnlySpan<byte> payload) => SHA256.HashData(payload);
    }

    private sealed class NoFingerprint : WebhookFingerprint
    {
        internal override byte[]? Compute(ReadOnlySpan<byte> payload) => null;
    }

    private sealed class JsonFingerprint(JsonPointers except) : WebhookFingerprint
    {
        internal override byte[] Compute(ReadOnlySpan<byte> payload)
        {
            var hash = new byte[SHA256.HashSizeInBytes];
            if (!CanonicalJson.TryHash(payload, except, hash))
                SHA256.HashData(payload, hash);

            return hash;
        }
    }
}
