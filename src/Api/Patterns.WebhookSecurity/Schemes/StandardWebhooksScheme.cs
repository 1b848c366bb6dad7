using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Patterns.WebhookSecurity.Schemes;

/// <summary>Standard Webhooks: <c>v1</c> is an HMAC, <c>v1a</c> an Ed25519 signature over the same content, which the consumer's delegate verifies.</summary>
internal sealed class StandardWebhooksScheme : HmacScheme
{
    private const string SecretPrefix = "whsec_";
    private const string PublicKeyPrefix = "whpk_";
    private const string PublicVersion = "v1a,";
    private const int SignatureBytes = 64;
    private readonly Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>? _ed25519;

    [SetsRequiredMembers]
    public StandardWebhooksScheme(Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>? ed25519)
    {
        _ed25519 = ed25519;
        Algorithm = HashAlgorithmName.SHA256;
        Content = SignedContent.Parse("{id}.{timestamp}.{body}");
        Headers = [new("webhook-signature", "webhook-timestamp", "webhook-id"), new("svix-signature", "svix-timestamp", "svix-id")];
        Prefix = "v1,";
        Hex = false;
    }

    protected override char? Separator => ' ';

    public override void CheckKey(WebhookKey key)
    {
        var (prefix, bytes) = Decode(key.Secret);
        var problem = prefix switch
        {
            SecretPrefix when bytes is not { Length: >= 24 and <= 64 } => "Its secret takes whsec_ and base64 of 24 to 64 bytes.",
            PublicKeyPrefix when bytes is not { Length: 32 } => "Its public key takes whpk_ and base64 of 32 bytes.",
            PublicKeyPrefix when _ed25519 is null =>
                $"A public key (whpk_) takes a verifier: set {nameof(WebhookSecurityOptions)}.{nameof(WebhookSecurityOptions.Ed25519Verifier)}.",
            null => "Its secret takes whsec_ or whpk_ in front, as Standard Webhooks writes it.",
            _ => null,
        };
        if (problem is not null) throw new ArgumentException(problem, nameof(key));
    }

    public override PreparedKey Prepare(WebhookKey key)
    {
        var (prefix, bytes) = Decode(key.Secret);
        return prefix == PublicKeyPrefix ? PreparedKey.ForPublicKey(this, bytes!) : PreparedKey.ForSecret(this, bytes!);
    }

    protected override bool Entry(ReadOnlySpan<char> entry, int start, ref SignedParts parts) =>
        entry.StartsWith(PublicVersion, StringComparison.Ordinal) ? parts.TryAdd(start, entry.Length) : base.Entry(entry, start, ref parts);

    protected override bool Matches(PreparedKey key, in SignedParts parts, ReadOnlySpan<byte> lead, ReadOnlySpan<byte> body, ReadOnlySpan<byte> trail)
    {
        if (key.PublicKey is null) return base.Matches(key, parts, lead, body, trail);
        var message = ArrayPool<byte>.Shared.Rent(lead.Length + body.Length);
        try
        {
            lead.CopyTo(message);
            body.CopyTo(message.AsSpan(lead.Length));
            Span<byte> signature = stackalloc byte[SignatureBytes];
            for (var i = 0; i < parts.Count; i++)
            {
                if (TryDecode(parts[i], signature) && _ed25519!(key.PublicKey, message.AsSpan(0, lead.Length + body.Length), signature)) return true;
            }
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    protected override (string? Id, bool IsSigned, string? Type) Identify(in WebhookRequest request, in SignedParts parts) =>
        (parts.Id, true, JsonMember.FindString(request.Body.Span, "type"u8));

    protected override string WriteHeader(List<string> signatures, string seconds) => string.Join(' ', signatures);

    // Only the one spelling that an encoder writes: the last character of base64 has bits that a decoder ignores.
    private static bool TryDecode(ReadOnlySpan<char> entry, Span<byte> signature)
    {
        if (!entry.StartsWith(PublicVersion, StringComparison.Ordinal)) return false;
        var text = entry[PublicVersion.Length..];
        Span<char> again = stackalloc char[88];
        return Convert.TryFromBase64Chars(text, signature, out var length) && length == SignatureBytes
            && Convert.TryToBase64Chars(signature, again, out var written) && text.SequenceEqual(again[..written]);
    }

    private static (string? Prefix, byte[]? Bytes) Decode(string secret)
    {
        var prefix = secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? SecretPrefix : secret.StartsWith(PublicKeyPrefix, StringComparison.Ordinal) ? PublicKeyPrefix : null;
        if (prefix is null) return (null, null);
        var bytes = new byte[secret.Length];
        return (prefix, Convert.TryFromBase64Chars(secret.AsSpan(prefix.Length), bytes, out var length) ? bytes[..length] : null);
    }
}
