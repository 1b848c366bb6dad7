using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Patterns.WebhookSecurity.Schemes;

/// <summary>
/// Twilio signs the URL and the decoded form fields, or for other bodies only the URL, which then carries the body's digest. A body that neither covers is refused:
/// the signature would fit any other as well.
/// </summary>
internal sealed class TwilioScheme : HmacScheme
{
    private const string Digest = "bodySHA256=";

    [SetsRequiredMembers]
    public TwilioScheme()
    {
        Algorithm = HashAlgorithmName.SHA1;
        Content = SignedContent.Parse("{url}{body}");
        Headers = [new("X-Twilio-Signature", Id: "I-Twilio-Idempotency-Token")];
        Hex = false;
    }

    public override WebhookOutcome Verify(in WebhookRequest request, ReadOnlySpan<WebhookKey> keys, out WebhookMatch match)
    {
        match = default;
        var parts = new SignedParts();
        var outcome = Read(request, ref parts);
        if (outcome != WebhookOutcome.Valid) return outcome;
        outcome = ReadFields(request, isForm: IsForm(request.Headers.ContentType), out var fields);
        if (outcome != WebhookOutcome.Valid) return outcome;

        // Twilio's senders are not consistent about the port; its own validators try both.
        var withoutPort = Encoding.UTF8.GetBytes(TwilioUrl.WithoutPort(request.Url!) + fields);
        var withPort = Encoding.UTF8.GetBytes(TwilioUrl.WithPort(request.Url!) + fields);
        foreach (var key in keys)
        {
            var prepared = key.PreparedFor(this);
            if (!Matches(prepared, parts, [], withoutPort, []) && !Matches(prepared, parts, [], withPort, [])) continue;
            match = new WebhookMatch(key, Timestamp: null, parts.Id, IdIsSigned: false, Type: null, Convert.ToHexStringLower(SHA256.HashData(withoutPort)) + ":");
            return WebhookOutcome.Valid;
        }
        return WebhookOutcome.BadSignature;
    }

    public override void Sign(ReadOnlySpan<WebhookKey> keys, string id, DateTimeOffset timestamp, in WebhookRequest request, Dictionary<string, string> headers)
    {
        if (ReadFields(request, isForm: true, out var fields) != WebhookOutcome.Valid)
            throw new ArgumentException("The URL's bodySHA256 is not the digest of the body, or the form has too many fields.", nameof(request));
        if (keys.IsEmpty) throw NoKey();
        Span<char> text = stackalloc char[MaxSignatureLength];
        headers["X-Twilio-Signature"] = new string(Text(keys[0].PreparedFor(this), [], Encoding.UTF8.GetBytes(TwilioUrl.WithoutFragment(request.Url!) + fields), [], text));
        headers["I-Twilio-Idempotency-Token"] = id;
    }

    private static bool IsForm(string? contentType) =>
        contentType is not null && contentType.AsSpan().TrimStart().StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    private static WebhookOutcome ReadFields(in WebhookRequest request, bool isForm, out string fields)
    {
        fields = "";
        if (DigestIn(request.Url!, out var digest))
            return SameText(digest, Convert.ToHexStringLower(SHA256.HashData(request.Body.Span))) ? WebhookOutcome.Valid : WebhookOutcome.BadSignature;
        if (request.Body.IsEmpty) return WebhookOutcome.Valid;
        if (!isForm) return WebhookOutcome.BadSignature;
        return TwilioForm.TryJoin(request.Body.Span, out fields) ? WebhookOutcome.Valid : WebhookOutcome.Malformed;
    }

    private static bool DigestIn(string url, out ReadOnlySpan<char> digest)
    {
        digest = default;
        var query = TwilioUrl.WithoutFragment(url).AsSpan();
        var start = query.IndexOf('?');
        if (start < 0) return false;
        query = query[(start + 1)..];
        foreach (var range in query.Split('&'))
        {
            if (!query[range].StartsWith(Digest, StringComparison.Ordinal)) continue;
            digest = query[range][Digest.Length..];
            return true;
        }
        return false;
    }
}
