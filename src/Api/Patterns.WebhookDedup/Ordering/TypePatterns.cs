using Patterns.Shared;

namespace Patterns.WebhookDedup;

/// <summary>Values by type pattern. The most specific pattern that matches counts: the type itself, then the longest <c>prefix.*</c>, then <c>*</c>.</summary>
internal sealed class TypePatterns<T>
    where T : class
{
    private readonly Dictionary<string, T> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, T> _prefixes = new(StringComparer.Ordinal);

    /// <summary>Sets the value of a pattern, and returns the one that it had.</summary>
    /// <exception cref="ArgumentException">The text is no pattern.</exception>
    public T? Set(string pattern, T value)
    {
        PlainText.Check(pattern, "type pattern", 200);
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star >= 0 && (star != pattern.Length - 1 || (star > 0 && pattern[star - 1] != '.')))
            throw new ArgumentException($"'{pattern}' is not a type pattern. It is a type (invoice.paid), all types below a dot (invoice.*), or all types (*).", nameof(pattern));

        var (values, key) = star < 0 ? (_types, pattern) : (_prefixes, pattern[..star]);
        var known = values.GetValueOrDefault(key);
        values[key] = value;
        return known;
    }

    /// <summary>The value of the most specific pattern; of an event without type, that of <c>*</c>.</summary>
    public T? Find(string? type)
    {
        if (type is not null)
        {
            if (_types.TryGetValue(type, out var value))
                return value;

            var prefixes = _prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
            for (var dot = type.LastIndexOf('.'); dot >= 0; dot = dot == 0 ? -1 : type.LastIndexOf('.', dot - 1))
            {
                if (prefixes.TryGetValue(type.AsSpan(0, dot + 1), out value))
                    return value;
            }
        }

        return _prefixes.GetValueOrDefault("");
    }
}
