using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

/// <summary>One page of a list, as v1 lists, v1 searches and v2 lists tell it.</summary>
internal sealed class Page<T>
{
    public List<T> Entries { get; } = [];

    public string? FirstId { get; private set; }

    public string? LastId { get; private set; }

    public bool HasMore { get; private set; }

    /// <summary>The token of the next page of a search.</summary>
    public string? NextPage { get; private set; }

    /// <summary>The path of the next page of a v2 list.</summary>
    public string? NextPageUrl { get; private set; }

    public static Page<T> Read(StripeResponse response, JsonTypeInfo<T> type)
    {
        if (response.Status is < 200 or > 299) throw ErrorReader.Read(response);
        try
        {
            var page = new Page<T>();
            page.Read(response.Body.Span, type);
            return page;
        }
        catch (JsonException exception)
        {
            throw ErrorReader.Unreadable(response, exception);
        }
    }

    private void Read(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A list is not an object.");
        var found = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("data"u8))
            {
                found = true;
                ReadEntries(ref reader, body, type);
            }
            else if (reader.ValueTextEquals("has_more"u8)) HasMore = reader.Read() && reader.TokenType == JsonTokenType.True;
            else if (reader.ValueTextEquals("next_page"u8)) NextPage = ReadText(ref reader);
            else if (reader.ValueTextEquals("next_page_url"u8)) NextPageUrl = ReadText(ref reader);
            else reader.Skip();
        }
        if (!found) throw new JsonException("A list has no data.");
    }

    private void ReadEntries(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray) throw new JsonException("The data of a list is not an array.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();

            // A copy: an entry that is kept must not keep its whole page.
            var json = body[start..(int)reader.BytesConsumed].ToArray();
            Entries.Add(ResponseReader.ReadObject<T>(json, type));
            LastId = IdOf(json);
            FirstId ??= LastId;
        }
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        reader.Skip();
        return null;
    }

    private static string? IdOf(ReadOnlySpan<byte> entry)
    {
        var reader = new Utf8JsonReader(entry);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8)) return ReadText(ref reader);
            reader.Skip();
        }
        return null;
    }
}
