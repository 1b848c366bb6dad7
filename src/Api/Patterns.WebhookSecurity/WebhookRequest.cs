using Microsoft.AspNetCore.Http;

namespace Patterns.WebhookSecurity;

/// <summary>What a scheme looks at: the headers, the raw bytes of the body, and the address for the schemes that sign it.</summary>
/// <param name="Headers">The request's headers as received.</param>
/// <param name="Body">The raw bytes as received: never decoded, re-encoded or parsed before.</param>
/// <param name="Url">The absolute URL that the provider called. Needed by schemes that sign it (<see cref="IWebhookScheme.SignsUrl"/>), ignored by the others.</param>
public readonly record struct WebhookRequest(IHeaderDictionary Headers, ReadOnlyMemory<byte> Body, string? Url = null);
