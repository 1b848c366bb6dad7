using System.Buffers;
using System.Text;

namespace Patterns.Shared;

/// <summary>What the short texts of callers may be (ids, keys, names): what PostgreSQL can store, an index row can carry and a log line can show.</summary>
internal static class PlainText
{
    /// <summary>Demands <paramref name="min"/> to <paramref name="max"/> UTF-16 units, without control characters and without halves of surrogate pairs. Free for text that is all printable ASCII.</summary>
    /// <returns>The text.</returns>
    /// <exception cref="ArgumentException">It is not so; the message has the name, the place and the limit.</exception>
    public static string Check(string value, string name, int max, int min = 1)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return FaultOf(value, max, min) is { } fault ? throw new ArgumentException($"{name} {fault}.", name) : value;
    }

    /// <summary>As <see cref="Check"/>, where there may be none.</summary>
    public static string? CheckOptional(string? value, string name, int max, int min = 1) => value is null ? null : Check(value, name, max, min);

    /// <summary>What <see cref="Check"/> would refuse it for, as a sentence goes on after its name; null when nothing.</summary>
    public static string? FaultOf(string value, int max, int min = 1) => value.Length < min || value.Length > max
        ? $"has {value.Length} characters; it must have {min} to {max}"
        : value.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 ? null : FaultBeyondAscii(value);

    private static string? FaultBeyondAscii(string value)
    {
        for (var index = 0; index < value.Length;)
        {
            if (Rune.DecodeFromUtf16(value.AsSpan(index), out var rune, out var length) != OperationStatus.Done)
                return $"holds half of a surrogate pair at character {index}, which is not text";
            if (Rune.IsControl(rune))
                return $"holds the control character U+{rune.Value:X4} at character {index}; control characters are not allowed";
            index += length;
        }

        return null;
    }
}
