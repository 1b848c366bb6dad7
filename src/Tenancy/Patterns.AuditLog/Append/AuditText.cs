using System.Text;

namespace Patterns.AuditLog;

/// <summary>Checks texts of callers.</summary>
internal static class AuditText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The text is missing, too long, has a NUL or half of a surrogate pair, or one of the characters that it must not have.</exception>
    public static string Check(string? value, string name, int max, bool noControl = false, bool noColon = false)
    {
        if (string.IsNullOrEmpty(value))
            throw new ArgumentException($"{name} is missing; it takes 1 to {max} characters.", name);
        if (value.Length > max)
            throw new ArgumentException($"{name} has {value.Length} characters; it takes 1 to {max}.", name);
        CheckCharacters(value, name);
        if (noControl && value.Any(char.IsControl))
            throw new ArgumentException($"{name} has a control character.", name);
        if (noColon && value.Contains(':', StringComparison.Ordinal))
            throw new ArgumentException($"{name} is '{value}'; it takes no colon, which separates it from the id.", name);
        return value;
    }

    public static void CheckOptional(string? value, string name, int max)
    {
        if (value is null)
            return;
        if (value.Length > max)
            throw new ArgumentException($"{name} has {value.Length} characters; it takes up to {max}.", name);
        CheckCharacters(value, name);
    }

    /// <summary>PostgreSQL keeps neither of the two, and what it keeps must be what was hashed.</summary>
    public static void CheckCharacters(string value, string name)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"{name} has a NUL character, which PostgreSQL cannot store.", name);
        if (value.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0)
            return;

        try
        {
            _ = Strict.GetByteCount(value);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException($"{name} has half of a surrogate pair, which is no character.", name, e);
        }
    }
}
