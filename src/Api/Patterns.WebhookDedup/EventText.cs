using System.Buffers;
using System.Globalization;
using System.Text;

namespace Patterns.WebhookDedup;

/// <summary>What the texts of an event may hold: whatever PostgreSQL can store and an index row can carry.</summary>
internal static class EventText
{
    public static string Check(string value, string name, int limit)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (value.Length is 0 || value.Length > limit)
            throw new ArgumentException($"The event's {name} has {value.Length} characters; it must have 1 to {limit}.", name);

        if (value.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
            CheckBeyondAscii(value, name);

        return value;
    }

    public static string? CheckOptional(string? value, string name, int limit) => value is null ? null : Check(value, name, limit);

    private static void CheckBeyondAscii(string value, string name)
    {
        for (var index = 0; index < value.Length;)
        {
            if (Rune.DecodeFromUtf16(value.AsSpan(index), out var rune, out var length) != OperationStatus.Done)
                throw new ArgumentException($"The event's {name} holds half a surrogate pair at character {index}, which is not text.", name);

            if (Rune.IsControl(rune))
            {
                var code = rune.Value.ToString("X4", CultureInfo.InvariantCulture);
                throw new ArgumentException($"The event's {name} holds the control character U+{code} at character {index}; control characters are not allowed.", name);
            }

            index += length;
        }
    }
}
