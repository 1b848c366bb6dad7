namespace Patterns.LlmCost;

/// <summary>The limits of what callers name things by.</summary>
internal static class LedgerText
{
    public const string Unattributed = "unattributed";

    public static string Tenant(string? tenantId, string parameter) => Checked(tenantId, 200, "A tenant's id", parameter);

    public static string Provider(string? provider, string parameter) => Checked(provider, 100, "A provider's name", parameter).ToLowerInvariant();

    public static string Checked(string? text, int limit, string what, string parameter)
    {
        ArgumentNullException.ThrowIfNull(text, parameter);
        if (text.Length is 0 || text.Length > limit)
            throw new ArgumentException($"{what} has 1 to {limit} characters, not {text.Length}.", parameter);
        foreach (var c in text)
        {
            // PostgreSQL has no NUL in text, and a lone surrogate has no UTF-8.
            if (char.IsControl(c) || char.IsSurrogate(c) && !IsWellFormed(text))
                throw new ArgumentException($"{what} has neither control characters nor halves of surrogate pairs.", parameter);
        }

        return text;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        }

        return true;
    }
}
