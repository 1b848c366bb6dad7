using System.Text.Json;

namespace Patterns.WebhookDedup;

/// <summary>The parts of reading an event's JSON that the formats share. Of a member that comes twice the last one counts, as in System.Text.Json's own readers.</summary>
internal static class EventBody
{
    public delegate T Reading<out T>(ref Utf8JsonReader reader);

    /// <summary>Runs <paramref name="read"/> on the body's object, up to its end and nothing after it.</summary>
    public static T Read<T>(ReadOnlyMemory<byte> body, string format, Reading<T> read)
    {
        var reader = new Utf8JsonReader(body.Span);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Unusable(format, "it is not a JSON object");

            var result = read(ref reader);
            reader.Read();
            return result;
        }
        catch (JsonException e)
        {
            // Not as inner exception: its message quotes the body.
            throw Unusable(format, $"it is not JSON, from line {e.LineNumber}, byte {e.BytePositionInLine} on");
        }
        catch (InvalidOperationException)
        {
            throw Unusable(format, "it holds a text that is not Unicode");
        }
    }

    public static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>The value of the present member if it is a string, else null.</summary>
    public static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();

        reader.Skip();
        return null;
    }

    /// <summary>Whether the present member's value is an object, which is then entered; anything else is passed over.</summary>
    public static bool Enter(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
            return true;

        reader.Skip();
        return false;
    }

    public static ArgumentException Unusable(string format, string why, string body = "body") => new($"The body is not {format}: {why}.", body);
}
