using System.Text.Json.Serialization.Metadata;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>One request, encoded and checked: what cannot be sent is refused here, before any I/O.</summary>
public sealed class StripeRequest
{
    /// <summary>The name under which <see cref="Exception.Data"/> of a cancelled call holds its idempotency key.</summary>
    public const string IdempotencyKeyData = "Idempotency-Key";

    /// <summary>Makes a request of what is encoded already.</summary>
    /// <param name="method">GET, POST or DELETE.</param>
    /// <param name="path">The path with its query, percent-encoded, from <c>/v1/</c> or <c>/v2/</c> on.</param>
    /// <param name="content">The encoded body of a POST: a form for v1, JSON for v2. Not copied, so it must not change until the call ends.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <exception cref="ArgumentException">Another method or path, content that is not on a POST, or options out of their limits.</exception>
    public StripeRequest(HttpMethod method, string path, ReadOnlyMemory<byte> content = default, StripeCallOptions? options = null)
    {
        RequestRules.Check(method, path, content, options);
        Method = method;
        Path = path;
        Content = content;
        Options = options;
    }

    /// <summary>GET, POST or DELETE.</summary>
    public HttpMethod Method { get; }

    /// <summary>The path with its query.</summary>
    public string Path { get; }

    /// <summary>The encoded body; empty without one.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>What this call does otherwise than its client.</summary>
    public StripeCallOptions? Options { get; }

    /// <summary>A credential that takes the place of the API key, such as the token of a meter event session. Secret: it is sent, and appears nowhere else.</summary>
    public string? BearerToken { get; init; }

    /// <summary>Whether the path is one of version 2 of the API, whose bodies are JSON.</summary>
    public bool IsV2 => Path.StartsWith("/v2/", StringComparison.Ordinal);

    /// <summary>Whether the request carries an idempotency key: v1 POST, and v2 POST and DELETE.</summary>
    public bool CarriesKey => Method == HttpMethod.Post || (IsV2 && Method == HttpMethod.Delete);

    /// <summary>A GET. Parameters go to the query.</summary>
    /// <param name="path">The path.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <returns>The request.</returns>
    public static StripeRequest Get(string path, StripeCallOptions? options = null) => new(HttpMethod.Get, path, options: options);

    /// <summary>A GET with parameters, which go to the query: <c>a[b]=c&amp;d[0]=e</c>, an absent one left out.</summary>
    /// <typeparam name="T">The type of the parameters.</typeparam>
    /// <param name="path">The path without a query.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="type">How the parameters are written as JSON, from which the query is made.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <returns>The request.</returns>
    public static StripeRequest Get<T>(string path, T parameters, JsonTypeInfo<T> type, StripeCallOptions? options = null) =>
        new(HttpMethod.Get, FormEncoder.AppendQuery(path, parameters, type), options: options);

    /// <summary>
    /// A POST with parameters. v1: a form (<c>items[0][price]=p</c>, booleans as <c>true</c>, a JSON null or an empty list as <c>name=</c>); v2: the JSON as it is. Instants
    /// must be Unix seconds in the JSON of v1, and RFC 3339 in that of v2.
    /// </summary>
    /// <typeparam name="T">The type of the parameters.</typeparam>
    /// <param name="path">The path.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="type">How the parameters are written as JSON.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <returns>The request.</returns>
    public static StripeRequest Post<T>(string path, T parameters, JsonTypeInfo<T> type, StripeCallOptions? options = null) =>
        new(HttpMethod.Post, path, FormEncoder.EncodeBody(path, parameters, type), options);

    /// <summary>A POST without parameters.</summary>
    /// <param name="path">The path.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <returns>The request.</returns>
    public static StripeRequest Post(string path, StripeCallOptions? options = null) => new(HttpMethod.Post, path, options: options);

    /// <summary>A DELETE. Parameters go to the query.</summary>
    /// <param name="path">The path with its query.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <returns>The request.</returns>
    public static StripeRequest Delete(string path, StripeCallOptions? options = null) => new(HttpMethod.Delete, path, options: options);
}
