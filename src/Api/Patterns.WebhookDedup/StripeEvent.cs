using System.Text.Json;

namespace Patterns.WebhookDedup;

/// <summary>The members of Stripe's event object that make an identity, an order and a type.</summary>
internal static class StripeEvent
{
    private const string Format = "a Stripe event";

    public static WebhookEvent Read(ReadOnlyMemory<byte> body, string source, string tenant) => EventBody.Read(body, Format, (ref reader) =>
    {
        string? id = null, type = null, objectId = null;
        DateTimeOffset? created = null;
        while (EventBody.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("id"u8)) id = EventBody.Text(ref reader);
            else if (reader.ValueTextEquals("type"u8)) type = EventBody.Text(ref reader);
            else if (reader.ValueTextEquals("created"u8)) created = Created(ref reader);
            else if (reader.ValueTextEquals("data"u8)) objectId = ObjectIdOfData(ref reader) ?? objectId;
            else if (reader.ValueTextEquals("related_object"u8)) objectId = ObjectId(ref reader) ?? objectId;
            else reader.Skip();
        }

        return new WebhookEvent(
            source,
            id ?? throw EventBody.Unusable(Format, "it has no id"),
            type ?? throw EventBody.Unusable(Format, "it has no type"),
            body,
            tenant,
            created,
            string.IsNullOrEmpty(objectId) ? null : objectId,
            created?.ToUnixTimeSeconds());
    });

    private static string? ObjectIdOfData(ref Utf8JsonReader reader)
    {
        string? id = null;
        if (!EventBody.Enter(ref reader))
            return id;

        while (EventBody.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("object"u8)) id = ObjectId(ref reader);
            else reader.Skip();
        }

        return id;
    }

    private static string? ObjectId(ref Utf8JsonReader reader)
    {
        string? id = null;
        if (!EventBody.Enter(ref reader))
            return id;

        while (EventBody.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("id"u8)) id = EventBody.Text(ref reader);
            else reader.Skip();
        }

        return id;
    }

    // Seconds since 1970 in the events of API v1, a timestamp in those of v2.
    private static DateTimeOffset? Created(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when reader.TryGetInt64(out var seconds) && seconds is >= 0 and <= 253_402_300_799:
                return DateTimeOffset.FromUnixTimeSeconds(seconds);
            case JsonTokenType.String when reader.TryGetDateTimeOffset(out var at):
                return at;
            default:
                reader.Skip();
                return null;
        }
    }
}
