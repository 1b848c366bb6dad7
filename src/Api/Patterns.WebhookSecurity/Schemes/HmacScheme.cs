using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Patterns.WebhookSecurity.Schemes;

/// <summary>
/// An HMAC in a header, described by data. Signatures are compared as text, with their version prefix: an encoding has one form only, so that no bit of
/// the header can be flipped unnoticed (a lenient decoder takes four spellings of the last base64 character, and two of each hex letter).
/// </summary>
internal class HmacScheme : IWebhookScheme
{
    /// <summary>A prefix and 64 bytes in hex.</summary>
    protected const int MaxSignatureLength = 64 + 128;
    private const int MaxHeaderLength = 8 * 1024;
    private const int MaxIdLength = 255;
    private const int StackLimit = 512;

    public required HashAlgorithmName Algorithm { get; init; }

    public required SignedContent Content { get; init; }

    /// <summary>The sets of headers, the usual one first.</summary>
    public required HeaderNames[] Headers { get; init; }

    public string Prefix { get; init; } = "";

    public bool Hex { get; init; } = true;

    public int MaxBodyBytes { get; init; } = 1024 * 1024;

    public bool SignsUrl => Content.HasUrl;

    /// <summary>What separates several signatures in the header, for a scheme that has several.</summary>
    protected virtual char? Separator => null;

    public virtual void CheckKey(WebhookKey key) => ArgumentNullException.ThrowIfNull(key);

    public virtual PreparedKey Prepare(WebhookKey key) => PreparedKey.ForSecret(this, Encoding.UTF8.GetBytes(key.Secret));

    public virtual WebhookOutcome Verify(in WebhookRequest request, ReadOnlySpan<WebhookKey> keys, out WebhookMatch match)
    {
        match = default;
        var parts = new SignedParts { Url = request.Url };
        var outcome = Read(request, ref parts);
        if (outcome != WebhookOutcome.Valid) return outcome;

        var room = Content.MaxLength(parts);
        var around = room <= StackLimit ? stackalloc byte[StackLimit] : new byte[room];
        var lead = around[..Content.WriteLead(parts, around)];
        var trail = around[lead.Length..];
        trail = trail[..Content.WriteTrail(parts, trail)];
        foreach (var key in keys)
        {
            if (!Matches(key.PreparedFor(this), parts, lead, request.Body.Span, trail)) continue;
            DateTimeOffset? timestamp = parts.Timestamp is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
            var (id, idIsSigned, type) = Identify(request, parts);
            match = new WebhookMatch(key, timestamp, id, idIsSigned, type, idIsSigned ? id! : ContentKey(parts, request.Body.Span, type));
            return WebhookOutcome.Valid;
        }
        return WebhookOutcome.BadSignature;
    }

    /// <summary>Adds the headers of a delivery.</summary>
    public virtual void Sign(ReadOnlySpan<WebhookKey> keys, string id, DateTimeOffset timestamp, in WebhookRequest request, Dictionary<string, string> headers)
    {
        var seconds = timestamp.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var parts = new SignedParts { Id = id, Url = request.Url };
        if (Content.HasTimestamp && !parts.TryReadTimestamp(seconds))
            throw new ArgumentOutOfRangeException(nameof(timestamp), timestamp, "The time of a signature lies between 1970 and 9999.");
        if (Content.HasId && !IsSound(id)) throw new ArgumentException($"The id '{id}' is not of the scheme's form.", nameof(id));

        var around = new byte[Content.MaxLength(parts)];
        var lead = around.AsSpan(0, Content.WriteLead(parts, around));
        var trail = around.AsSpan(lead.Length);
        trail = trail[..Content.WriteTrail(parts, trail)];
        Span<char> text = stackalloc char[MaxSignatureLength];
        var signatures = new List<string>();
        foreach (var key in keys)
        {
            var prepared = key.PreparedFor(this);
            if (prepared.PublicKey is null) signatures.Add(new string(Text(prepared, lead, request.Body.Span, trail, text)));
        }
        if (signatures.Count == 0) throw NoKey();
        if (Headers[0].Timestamp is { } timestampHeader) headers[timestampHeader] = seconds;
        if (Headers[0].Id is { } idHeader) headers[idHeader] = id;
        headers[Headers[0].Signature] = WriteHeader(signatures, seconds);
    }

    /// <summary>Says who a genuine request is: its id, whether that is signed, and its type.</summary>
    protected virtual (string? Id, bool IsSigned, string? Type) Identify(in WebhookRequest request, in SignedParts parts)
    {
        var type = parts.Names!.Type is { } header && Single(request.Headers, header) is { Length: > 0 } value ? value : null;
        return (parts.Id, Content.HasId, type);
    }

    protected virtual string WriteHeader(List<string> signatures, string seconds) => signatures[0];

    /// <summary>Reads the headers, up to the point where keys are needed.</summary>
    protected WebhookOutcome Read(in WebhookRequest request, ref SignedParts parts)
    {
        var signatures = SignatureHeader(request.Headers, out var names);
        if (signatures.Count == 0 || signatures is [null or ""]) return WebhookOutcome.MissingSignature;
        if (signatures is not [{ Length: <= MaxHeaderLength } header]) return WebhookOutcome.Malformed;
        parts.Names = names;
        parts.Header = header;
        if (!SplitHeader(ref parts)) return WebhookOutcome.Malformed;
        if (names.Timestamp is not null && !parts.TryReadTimestamp(Single(request.Headers, names.Timestamp))) return WebhookOutcome.Malformed;
        if (names.Id is not null)
        {
            parts.Id = Single(request.Headers, names.Id);
            if (Content.HasId && !IsSound(parts.Id)) return WebhookOutcome.Malformed;
            if (parts.Id is { Length: 0 or > MaxIdLength }) parts.Id = null;
        }
        return Content.DigitsTouchBody && DigitAtEdge(request.Body.Span) ? WebhookOutcome.Malformed : WebhookOutcome.Valid;
    }

    private StringValues SignatureHeader(IHeaderDictionary headers, out HeaderNames names)
    {
        foreach (var candidate in Headers)
        {
            names = candidate;
            if (headers.TryGetValue(candidate.Signature, out var values)) return values;
        }
        names = Headers[0];
        return default;
    }

    private static string? Single(IHeaderDictionary headers, string name) => headers.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;

    /// <summary>Finds the signatures in the header; false if it is malformed. Entries of other versions are skipped.</summary>
    protected virtual bool SplitHeader(ref SignedParts parts)
    {
        if (Separator is not { } separator) return parts.TryAdd(0, parts.Header.Length);
        for (var start = 0; start < parts.Header.Length;)
        {
            var length = parts.Header[start..].IndexOf(separator);
            if (length < 0) length = parts.Header.Length - start;
            if (!Entry(parts.Header.Slice(start, length), start, ref parts)) return false;
            start += length + 1;
        }
        return true;
    }

    /// <summary>Takes one entry of the header; false if it makes the whole header malformed.</summary>
    protected virtual bool Entry(ReadOnlySpan<char> entry, int start, ref SignedParts parts) =>
        !entry.StartsWith(Prefix, StringComparison.Ordinal) || parts.TryAdd(start, entry.Length);

    private bool IsSound([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? id) =>
        id is { Length: > 0 and <= MaxIdLength } && id.AsSpan().IndexOfAny(Content.IdSeparators) < 0;

    protected virtual bool Matches(PreparedKey key, in SignedParts parts, ReadOnlySpan<byte> lead, ReadOnlySpan<byte> body, ReadOnlySpan<byte> trail)
    {
        Span<char> text = stackalloc char[MaxSignatureLength];
        var expected = Text(key, lead, body, trail, text);
        for (var i = 0; i < parts.Count; i++)
        {
            if (SameText(parts[i], expected)) return true;
        }
        return false;
    }

    protected static bool SameText(ReadOnlySpan<char> given, ReadOnlySpan<char> expected) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(given), MemoryMarshal.AsBytes(expected));

    /// <summary>Writes the one right signature, with its prefix.</summary>
    protected ReadOnlySpan<char> Text(PreparedKey key, ReadOnlySpan<byte> lead, ReadOnlySpan<byte> body, ReadOnlySpan<byte> trail, Span<char> text)
    {
        Span<byte> mac = stackalloc byte[64];
        mac = mac[..key.Mac(lead, body, trail, mac)];
        Prefix.CopyTo(text);
        int written;
        if (Hex) Convert.TryToHexStringLower(mac, text[Prefix.Length..], out written);
        else Convert.TryToBase64Chars(mac, text[Prefix.Length..], out written);
        return text[..(Prefix.Length + written)];
    }

    private string ContentKey(in SignedParts parts, ReadOnlySpan<byte> body, string? type)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            var around = new byte[Content.MaxLength(parts)];
            hash.AppendData(around, 0, Content.WriteLead(parts, around, withTimestamp: false));
            hash.AppendData(body);
            hash.AppendData(around, 0, Content.WriteTrail(parts, around, withTimestamp: false));
            hash.GetHashAndReset(digest);
        }
        return $"{Convert.ToHexStringLower(digest)}:{type}";
    }

    protected static InvalidOperationException NoKey() => new("No active key of the source can sign.");

    private static bool DigitAtEdge(ReadOnlySpan<byte> body) => !body.IsEmpty && (char.IsAsciiDigit((char)body[0]) || char.IsAsciiDigit((char)body[^1]));
}
