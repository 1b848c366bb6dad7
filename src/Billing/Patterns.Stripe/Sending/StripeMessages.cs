namespace Patterns.Stripe.Sending;

/// <summary>Makes the HTTP request of each attempt: a new one each time, as it cannot be sent twice, of the same bytes and key.</summary>
internal sealed class StripeMessages(StripeOptions options, Version version, HttpVersionPolicy policy)
{
    private const string Form = "application/x-www-form-urlencoded";

    // The path is checked and percent-encoded already. Left to itself, Uri would undo a part of that: a '%2E%2E' would climb out of the path.
    private static readonly UriCreationOptions AsGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private readonly string _api = options.ApiBase.AbsoluteUri.TrimEnd('/');
    private readonly string _meterEvents = options.MeterEventsBase.AbsoluteUri.TrimEnd('/');

    public HttpRequestMessage Make(StripeCall call)
    {
        var request = call.Request;
        var host = request.Path.StartsWith("/v2/billing/meter_event_stream", StringComparison.Ordinal) ? _meterEvents : _api;
        var message = new HttpRequestMessage(request.Method, new Uri(host + request.Path, AsGiven)) { Version = version, VersionPolicy = policy };
        var headers = message.Headers;
        if (call.IdempotencyKey is { } key) headers.TryAddWithoutValidation("Idempotency-Key", key);
        if (call.Account is { } account) headers.TryAddWithoutValidation("Stripe-Account", account);
        if (request.Options?.Context is { } context) headers.TryAddWithoutValidation("Stripe-Context", context);
        if (request.Options?.ApiVersion is { } apiVersion) headers.TryAddWithoutValidation("Stripe-Version", apiVersion);
        if (request.BearerToken is { } token) headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        if (request.Method == HttpMethod.Post)
        {
            message.Content = new ReadOnlyMemoryContent(request.Content);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.IsV2 ? "application/json" : Form);
        }
        return message;
    }
}
