using System.Buffers;

namespace Patterns.Stripe.Wire;

/// <summary>What a request must keep to, checked before any I/O. Header values are refused rather than cleaned: a cleaned key would name another write.</summary>
internal static class RequestRules
{
    public const int MaxKeyLength = 255;
    public const int MaxRetries = 10;
    private static readonly SearchValues<char> Visible = SearchValues.Create(string.Concat(Enumerable.Range(0x21, 0x7E - 0x20).Select(static code => (char)code)));
    private static readonly SearchValues<char> InPath = SearchValues.Create(string.Concat(Enumerable.Range(0x21, 0x7E - 0x20).Select(static code => (char)code).Where(static character => character is not '#' and not '\\')));
    private static readonly SearchValues<char> Unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    public static void Check(HttpMethod method, string path, ReadOnlyMemory<byte> content, StripeCallOptions? options)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(path);
        if (method != HttpMethod.Get && method != HttpMethod.Post && method != HttpMethod.Delete)
            throw new ArgumentException($"The method is {method}; Stripe's API takes GET, POST and DELETE.", nameof(method));
        if (!path.StartsWith("/v1/", StringComparison.Ordinal) && !path.StartsWith("/v2/", StringComparison.Ordinal))
            throw new ArgumentException("The path does not start with /v1/ or /v2/; give the path alone, such as /v1/customers.", nameof(path));
        if (path.AsSpan().ContainsAnyExcept(InPath))
            throw new ArgumentException("The path has a space, '#', '\\' or a character outside ASCII; percent-encode it.", nameof(path));
        if (!content.IsEmpty && method != HttpMethod.Post)
            throw new ArgumentException($"A {method} carries no content; put its parameters into the query.", nameof(content));
        if (options is not null) Check(options);
    }

    public static string CheckAccount(string accountId)
    {
        ArgumentNullException.ThrowIfNull(accountId);
        return CheckHeader(accountId, "The account", nameof(accountId));
    }

    /// <summary>The id as a part of a path, so that it can name nothing else.</summary>
    public static string PathPart(string id, string parameter)
    {
        ArgumentNullException.ThrowIfNull(id, parameter);
        if (id.Length is 0 or > MaxKeyLength || id is "." or "..") throw new ArgumentException($"The id takes 1 to {MaxKeyLength} characters, and is not a relative path.", parameter);
        return id.AsSpan().ContainsAnyExcept(Unreserved) ? Uri.EscapeDataString(id) : id;
    }

    private static void Check(StripeCallOptions options)
    {
        if (options.IdempotencyKey is { } key && (key.Length is 0 or > MaxKeyLength || key.AsSpan().ContainsAnyExcept(Visible)))
            throw new ArgumentException($"{nameof(options.IdempotencyKey)} has {key.Length} characters; it takes 1 to {MaxKeyLength} of visible ASCII.", nameof(options));
        if (options.MaxRetries is < 0 or > MaxRetries)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxRetries, $"{nameof(options.MaxRetries)} takes 0 to {MaxRetries}.");
        if (options.Account is { } account) CheckHeader(account, nameof(options.Account), nameof(options));
        if (options.Context is { } context) CheckHeader(context, nameof(options.Context), nameof(options));
        if (options.ApiVersion is { } version) CheckHeader(version, nameof(options.ApiVersion), nameof(options));
        if (options is { Account: not null, Context: not null })
            throw new ArgumentException($"A call names {nameof(options.Account)} or {nameof(options.Context)}, not both.", nameof(options));
    }

    private static string CheckHeader(string value, string name, string parameter) =>
        value.Length is 0 or > MaxKeyLength || value.AsSpan().ContainsAnyExcept(Visible)
            ? throw new ArgumentException($"{name} takes 1 to {MaxKeyLength} characters of visible ASCII.", parameter)
            : value;
}
