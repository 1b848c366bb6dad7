using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Patterns.Stripe;

/// <summary>Reads the top level of an event. What lies deeper is skipped, because a tokenizer would take longer over it than the MAC does.</summary>
internal static class EventEnvelope
{
    private const long EndOfCalendar = 253_402_300_799;
    private static readonly SearchValues<byte> PlainText = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/ "u8);

    /// <summary>The event, which keeps the payload; null if this is none.</summary>
    public static StripeEvent? Read(ReadOnlyMemory<byte> payload)
    {
        string? id = null, type = null, version = null, account = null, context = null;
        DateTimeOffset? created = null;
        var live = false;
        StripeEventKind? kind = null;
        StripeRelatedObject? related = null;
        var members = new JsonMembers(payload.Span);
        try
        {
            while (members.Read())
            {
                var value = members.Value;
                switch (members.Name.Length)
                {
                    case 2 when members.Name.SequenceEqual("id"u8): id = Text(value); break;
                    case 4 when members.Name.SequenceEqual("type"u8): type = Text(value); break;
                    case 6 when members.Name.SequenceEqual("object"u8): kind = Kind(value); break;
                    case 7 when members.Name.SequenceEqual("created"u8): created = Instant(value); break;
                    case 7 when members.Name.SequenceEqual("account"u8): account = Text(value); break;
                    case 7 when members.Name.SequenceEqual("context"u8): context = Text(value); break;
                    case 8 when members.Name.SequenceEqual("livemode"u8): live = value.SequenceEqual("true"u8); break;
                    case 11 when members.Name.SequenceEqual("api_version"u8): version = Text(value); break;
                    case 14 when members.Name.SequenceEqual("related_object"u8): related = Related(value); break;
                }
            }
        }
        catch (JsonException)
        {
            return null;
        }

        if (!members.AtEnd || id is not { Length: > 0 } || type is not { Length: > 0 } || created is not { } at || kind is not { } known) return null;
        return new StripeEvent
        {
            Id = id,
            Kind = known,
            Type = type,
            Created = at,
            Livemode = live,
            ApiVersion = version,
            Account = account,
            Context = context,
            RelatedObject = related,
            Json = payload,
        };
    }

    private static StripeEventKind? Kind(ReadOnlySpan<byte> value) =>
        value.SequenceEqual("\"event\""u8) ? StripeEventKind.Snapshot : value.SequenceEqual("\"v2.core.event\""u8) ? StripeEventKind.Notification : null;

    private static StripeRelatedObject? Related(ReadOnlySpan<byte> value)
    {
        var related = JsonElement.Parse(value);
        return related.Text("id") is { } id && related.Text("type") is { } type ? new StripeRelatedObject(id, type, related.Text("url") ?? "") : null;
    }

    private static string? Text(ReadOnlySpan<byte> value)
    {
        if (value is [(byte)'"', .. var plain, (byte)'"'] && !plain.ContainsAnyExcept(PlainText)) return Encoding.ASCII.GetString(plain);
        var reader = new Utf8JsonReader(value);
        return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    // Seconds since 1970 in v1, RFC 3339 in v2.
    private static DateTimeOffset? Instant(ReadOnlySpan<byte> value)
    {
        if (Utf8Parser.TryParse(value, out long seconds, out var consumed) && consumed == value.Length) return seconds is >= 0 and <= EndOfCalendar ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        var reader = new Utf8JsonReader(value);
        return reader.Read() && reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var instant) ? instant : null;
    }
}
