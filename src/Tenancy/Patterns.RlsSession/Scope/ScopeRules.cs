using System.Text.RegularExpressions;

namespace Patterns.RlsSession;

/// <summary>What a scope may hold, whatever the options.</summary>
internal static partial class ScopeRules
{
    public const int MaxId = 200;
    public const int MaxClaims = 16_000;
    private const int MaxSettings = 8;
    private const int MaxValue = 4_000;

    public static void Check(TenantScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        CheckId(scope.TenantId, nameof(TenantScope.TenantId));
        if (scope.UserId is not null)
            CheckId(scope.UserId, nameof(TenantScope.UserId));
    }

    public static bool IsId(string? value) => value is { Length: > 0 and <= MaxId } && !value.Contains('\0', StringComparison.Ordinal);

    /// <summary>A name that PostgreSQL keeps for extensions and applications: it has a dot.</summary>
    public static bool IsSettingName(string? name) => name is { Length: <= 63 } && Setting().IsMatch(name) && !name.StartsWith("pg_", StringComparison.Ordinal);

    /// <summary>The caller's own settings: none may have the name of one that carries the scope.</summary>
    public static void CheckSettings(IReadOnlyDictionary<string, string> settings, Func<string, bool> owned)
    {
        if (settings.Count > MaxSettings)
            throw Malformed($"TenantScope.Settings has {settings.Count} settings; it takes up to {MaxSettings}.", nameof(TenantScope.Settings));

        foreach (var (name, value) in settings)
        {
            if (!IsSettingName(name))
            {
                throw Malformed(
                    $"TenantScope.Settings has '{name}'; a setting's name has two or more parts of a-z, 0-9 and _ with dots between them, such as app.plan, up to 63 characters in all, and does not begin with pg_.",
                    nameof(TenantScope.Settings));
            }

            if (owned(name))
                throw Malformed($"TenantScope.Settings has '{name}', which carries the scope itself. Take another name.", nameof(TenantScope.Settings));
            if (value is null || value.Length > MaxValue || value.Contains('\0', StringComparison.Ordinal))
                throw Malformed($"The value of '{name}' in TenantScope.Settings has {value?.Length ?? 0} characters; it takes up to {MaxValue}, none of them NUL.", nameof(TenantScope.Settings));
        }
    }

    /// <summary>Whether two scopes say the same, although their settings are other dictionaries.</summary>
    public static bool Same(TenantScope one, TenantScope other) =>
        ReferenceEquals(one, other)
        || one with { Settings = null } == other with { Settings = null }
        && (one.Settings?.Count ?? 0) == (other.Settings?.Count ?? 0)
        && (one.Settings is null || one.Settings.All(setting => other.Settings!.TryGetValue(setting.Key, out var value) && value == setting.Value));

    /// <summary>Names the property of the scope, where the framework's own would name a parameter.</summary>
    public static ArgumentException Malformed(string message, string property) => new(message, property);

    private static void CheckId(string value, string property)
    {
        if (!IsId(value))
            throw Malformed($"TenantScope.{property} has {value?.Length ?? 0} characters; it takes 1 to {MaxId}, none of them NUL.", property);
    }

    // \z, since $ lets a line feed follow.
    [GeneratedRegex(@"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Setting();
}
