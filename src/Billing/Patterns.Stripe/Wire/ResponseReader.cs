using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

/// <summary>Turns answers into resources, and into errors.</summary>
internal static class ResponseReader
{
    public static T Read<T>(StripeResponse response, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (response.Status is < 200 or > 299) throw ErrorReader.Read(response);
        try
        {
            return ReadObject(response.Body, type);
        }
        catch (JsonException exception)
        {
            throw ErrorReader.Unreadable(response, exception);
        }
    }

    /// <summary>Reads a resource from its own bytes, which it keeps.</summary>
    public static T ReadObject<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type)
    {
        var value = JsonSerializer.Deserialize(json.Span, type) ?? throw new JsonException("A resource is null.");
        if (value is StripeObject resource) resource.Json = json;
        return value;
    }
}
