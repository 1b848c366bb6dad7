using System.Net.Http.Headers;

namespace Patterns.LlmFallback;

/// <summary>
/// Stands in an SDK's <c>HttpClient</c> and lets the chain see what the provider really answered: status, headers and, of an error, the first 64 KiB of the body. Requests and answers pass unchanged; the stream of
/// a success is watched for an error event while the SDK reads it, without reading ahead or copying. An error body is passed on up to 64 KiB and ends there, so that no attempt reads more. Outside of a chain's call
/// it does nothing.
/// </summary>
public sealed class LlmWireHandler : DelegatingHandler
{
    /// <summary>Makes the handler; set <see cref="DelegatingHandler.InnerHandler"/>, or let <c>IHttpClientFactory</c> do so.</summary>
    public LlmWireHandler() => WireRecord.InUse = true;

    /// <summary>Makes the handler around another.</summary>
    /// <param name="innerHandler">What sends the request.</param>
    public LlmWireHandler(HttpMessageHandler innerHandler)
        : base(innerHandler) => WireRecord.InUse = true;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (WireRecord.Current is not { } record)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        record.Sending();
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        record.Answered((int)response.StatusCode, Copy(response));
        if (!response.IsSuccessStatusCode)
            await KeepErrorAsync(response, record, cancellationToken).ConfigureAwait(false);
        else if (string.Equals(response.Content.Headers.ContentType?.MediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            record.Streams();
            response.Content = new WatchedContent(response.Content, record);
        }
        return response;
    }

    // The bytes are read once: the SDK gets what was read, from memory.
    private static async Task KeepErrorAsync(HttpResponseMessage response, WireRecord record, CancellationToken cancellationToken)
    {
        var content = response.Content;
        var body = new MemoryStream();
        try
        {
            var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var buffer = new byte[8 * 1024];
            while (body.Length < ErrorBody.Limit && await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
                body.Write(buffer, 0, Math.Min(count, ErrorBody.Limit - (int)body.Length));
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status is known and says more than that the error's own body broke off.
        }
        catch
        {
            record.Failed(body.GetBuffer().AsMemory(0, (int)body.Length));
            response.Dispose();
            throw;
        }

        record.Failed(body.GetBuffer().AsMemory(0, (int)body.Length));
        body.Position = 0;
        var replay = new StreamContent(body);
        foreach (var (name, values) in content.Headers.NonValidated)
        {
            // The length is no longer the provider's where the body was cut.
            if (!string.Equals(name, "Content-Length", StringComparison.OrdinalIgnoreCase))
                replay.Headers.TryAddWithoutValidation(name, values);
        }
        response.Content = replay;
        content.Dispose();
    }

    private static Dictionary<string, string> Copy(HttpResponseMessage response)
    {
        var copy = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            if (!response.IsSuccessStatusCode || RateLimitHeaders.IsOne(name) || name.EndsWith("request-id", StringComparison.OrdinalIgnoreCase))
                copy[name] = First(values);
        }
        return copy;
    }

    private static string First(HeaderStringValues values)
    {
        foreach (var value in values)
            return value;
        return "";
    }
}
