using System.Text;
using System.Text.Json;

namespace Patterns.Stripe.Wire;

/// <summary>Reads errors, in the shapes of v1, v2 and OAuth. Source: https://docs.stripe.com/api/errors and Stripe's SDKs.</summary>
internal static class ErrorReader
{
    private const int KeptOfUnreadable = 1024;

    public static StripeApiException Read(StripeResponse response)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(response.Body);
        }
        catch (JsonException exception)
        {
            return Unreadable(response, exception);
        }
        using (document)
        {
            var found = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error) ? error : default;
            return found.ValueKind switch
            {
                JsonValueKind.Object => ReadObject(response, found),
                JsonValueKind.String => new(StripeErrorKind.OAuth, Start(response) with { Type = found.GetString(), Message = Text(document.RootElement, "error_description") }, response.IdempotencyKey),
                _ => Unreadable(response, exception: null),
            };
        }
    }

    /// <summary>An answer that cannot be read. What is not JSON, such as a proxy's page, is quoted in part; JSON is not, as it may hold personal data.</summary>
    public static StripeApiException Unreadable(StripeResponse response, JsonException? exception)
    {
        var message = IsJson(response.Body) ? "The answer is JSON of another shape." : Encoding.UTF8.GetString(response.Body.Span[..Math.Min(KeptOfUnreadable, response.Body.Length)]);
        return new(StripeErrorKind.Api, Start(response) with { Message = message }, response.IdempotencyKey, exception);
    }

    private static bool IsJson(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static StripeApiException ReadObject(StripeResponse response, JsonElement error)
    {
        var read = Start(response) with
        {
            Type = Text(error, "type"),
            Code = Text(error, "code"),
            DeclineCode = Text(error, "decline_code"),
            AdviceCode = Text(error, "advice_code"),
            NetworkAdviceCode = Text(error, "network_advice_code"),
            NetworkDeclineCode = Text(error, "network_decline_code"),
            Param = Text(error, "param"),
            Message = Text(error, "message"),
            DocUrl = Text(error, "doc_url"),
            Charge = Text(error, "charge"),
            PaymentIntentId = error.TryGetProperty("payment_intent", out var intent) && intent.ValueKind == JsonValueKind.Object ? Text(intent, "id") : Text(error, "payment_intent"),
        };
        return new(KindOf(response.Status, read.Type, read.Code), read, response.IdempotencyKey);
    }

    private static StripeError Start(StripeResponse response) => new() { Status = response.Status, RequestId = response.RequestId };

    private static StripeErrorKind KindOf(int status, string? type, string? code) => (status, type, code) switch
    {
        (_, "temporary_session_expired", _) => StripeErrorKind.SessionExpired,
        (_, "idempotency_error", _) => StripeErrorKind.Idempotency,
        (429, _, _) or (400, _, "rate_limit") => StripeErrorKind.RateLimit,
        (400 or 404, _, _) => StripeErrorKind.InvalidRequest,
        (401, _, _) => StripeErrorKind.Authentication,
        (402, _, _) => StripeErrorKind.Card,
        (403, _, _) => StripeErrorKind.Permission,
        _ => StripeErrorKind.Api,
    };

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
