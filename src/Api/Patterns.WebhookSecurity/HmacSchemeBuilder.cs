using System.Security.Cryptography;
using Patterns.WebhookSecurity.Schemes;

namespace Patterns.WebhookSecurity;

/// <summary>Describes how a provider signs: one HMAC in one header. Starts as HMAC-SHA256 over the body, in lower-case hex.</summary>
public sealed class HmacSchemeBuilder
{
    private string? _header;
    private string _prefix = "";
    private bool _hex = true;
    private HashAlgorithmName _algorithm = HashAlgorithmName.SHA256;
    private string _content = "{body}";
    private string? _timestamp;
    private string? _id;
    private string? _type;
    private int _maxBodyBytes = 1024 * 1024;

    internal HmacSchemeBuilder()
    {
    }

    /// <summary>The header that carries the signature. Required.</summary>
    /// <param name="name">The header's name.</param>
    /// <returns>This builder, as from every method.</returns>
    public HmacSchemeBuilder Header(string name) => Set(ref _header, name);

    /// <summary>What stands in front of the signature in its header, such as <c>sha256=</c>; at most 64 characters.</summary>
    /// <param name="prefix">The prefix, compared by case.</param>
    public HmacSchemeBuilder Prefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefix.Length, 64, nameof(prefix));
        _prefix = prefix;
        return this;
    }

    /// <summary>The signature is written in lower-case hex.</summary>
    public HmacSchemeBuilder Hex() => Set(ref _hex, true);

    /// <summary>The signature is written in base64, with padding.</summary>
    public HmacSchemeBuilder Base64() => Set(ref _hex, false);

    /// <summary>The MAC is HMAC-SHA1, which is still sound as a MAC; for providers that offer nothing newer.</summary>
    public HmacSchemeBuilder Sha1() => Set(ref _algorithm, HashAlgorithmName.SHA1);

    /// <summary>The MAC is HMAC-SHA256.</summary>
    public HmacSchemeBuilder Sha256() => Set(ref _algorithm, HashAlgorithmName.SHA256);

    /// <summary>The MAC is HMAC-SHA512.</summary>
    public HmacSchemeBuilder Sha512() => Set(ref _algorithm, HashAlgorithmName.SHA512);

    /// <summary>What is signed: a template with <c>{body}</c> and, where the provider signs them, <c>{id}</c>, <c>{timestamp}</c> and <c>{url}</c>.</summary>
    /// <param name="template">The template, such as <c>{timestamp}.{body}</c>. An <c>{id}</c> takes a separator on each side, and may then not contain it.</param>
    public HmacSchemeBuilder Content(string template) => Set(ref _content, template);

    /// <summary>The header that carries the time of the attempt in seconds since 1970. Takes <c>{timestamp}</c> in the content: an unsigned time proves nothing.</summary>
    /// <param name="header">The header's name.</param>
    public HmacSchemeBuilder Timestamp(string header) => Set(ref _timestamp, header);

    /// <summary>The header that carries the id of the event or delivery; signed if the content has <c>{id}</c>.</summary>
    /// <param name="header">The header's name.</param>
    public HmacSchemeBuilder Id(string header) => Set(ref _id, header);

    /// <summary>The header that carries the event's type. It is not signed.</summary>
    /// <param name="header">The header's name.</param>
    public HmacSchemeBuilder Type(string header) => Set(ref _type, header);

    /// <summary>The largest body that the provider sends. 1 MiB unless set.</summary>
    /// <param name="bytes">1 byte to 1 GiB.</param>
    public HmacSchemeBuilder MaxBodyBytes(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, 1 << 30);
        return Set(ref _maxBodyBytes, bytes);
    }

    internal static IWebhookScheme Build(Action<HmacSchemeBuilder> describe)
    {
        var builder = new HmacSchemeBuilder();
        describe(builder);
        var content = SignedContent.Parse(builder._content);
        if (string.IsNullOrWhiteSpace(builder._header)) throw new ArgumentException("An HMAC scheme takes the header of its signature: call Header(name).", nameof(describe));
        if (content.HasTimestamp != (builder._timestamp is not null))
        {
            throw new ArgumentException(
                $"The signed content '{builder._content}' and the header of the timestamp go together: use both {{timestamp}} and Timestamp(header), or neither.", nameof(describe));
        }
        if (content.HasId && builder._id is null)
            throw new ArgumentException($"The signed content '{builder._content}' takes the header of the id: call Id(header).", nameof(describe));
        return new HmacScheme
        {
            Algorithm = builder._algorithm,
            Content = content,
            Headers = [new(builder._header, builder._timestamp, builder._id, builder._type)],
            Prefix = builder._prefix,
            Hex = builder._hex,
            MaxBodyBytes = builder._maxBodyBytes,
        };
    }

    private HmacSchemeBuilder Set<T>(ref T field, T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        field = value;
        return this;
    }
}
