using System.Globalization;
using Microsoft.Extensions.AI;

namespace Patterns.LlmCost;

/// <summary>On whose account a call goes and which one it is: from its options, else from the scope around it.</summary>
/// <param name="TenantId">The customer; null when none is named.</param>
/// <param name="Feature">The feature; empty when none is named.</param>
/// <param name="UserId">The user.</param>
/// <param name="RunId">The run.</param>
/// <param name="CallId">The call's id; null when nobody gave one.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Fault">What of it was unusable; null when nothing was.</param>
internal readonly record struct CallAttribution(string? TenantId, string Feature, string? UserId, Guid? RunId, Guid? CallId, int Attempt, string? Fault)
{
    public const string Unattributed = "unattributed";
    public const string CallIdKey = "patterns.call_id";
    public const int MaxFeature = 100;
    public const int MaxUser = 200;

    private const int MaxTenant = 200;

    public static CallAttribution Of(AdditionalPropertiesDictionary? properties)
    {
        var scope = LlmCostScope.Current;
        if (properties is null)
            return new(scope?.TenantId, scope?.Feature ?? "", scope?.UserId, scope?.RunId, CallId: null, 1, Fault: null);

        var tenant = Text(properties, "patterns.tenant");

        // What the scope says of its own tenant's user and run is not true of another tenant.
        if (tenant is not null && tenant != scope?.TenantId)
            scope = null;
        var feature = Text(properties, "patterns.feature") ?? scope?.Feature ?? "";
        var user = Text(properties, "patterns.user") ?? scope?.UserId;
        var fault = (tenant is null ? null : Named("patterns.tenant", TenantFault(tenant))) ?? Named("patterns.feature", TextFault(feature, MaxFeature)) ?? Named("patterns.user", TextFault(user, MaxUser));
        var run = Id(properties, "patterns.run", ref fault) ?? scope?.RunId;
        var call = Id(properties, CallIdKey, ref fault);
        if (call is { Version: not 7 })
        {
            fault ??= $"{CallIdKey} is no UUIDv7";
            call = null;
        }

        return new(
            tenant is not null && TenantFault(tenant) is not null ? null : tenant ?? scope?.TenantId,
            TextFault(feature, MaxFeature) is null ? feature : "",
            TextFault(user, MaxUser) is null ? user : null,
            run,
            call,
            Attempted(properties, ref fault),
            fault);
    }

    public static string? TenantFault(string tenant) => tenant.Length == 0 ? "is empty" : TextFault(tenant, MaxTenant);

    public static string? TextFault(string? text, int max)
    {
        if (text is null)
            return null;
        if (text.Length > max)
            return $"has {text.Length} characters; it takes at most {max}";

        // A lone half of a surrogate pair cannot be stored as UTF-8.
        foreach (var rune in text.EnumerateRunes())
        {
            if (System.Text.Rune.IsControl(rune) || rune == System.Text.Rune.ReplacementChar)
                return "holds a control character or half a surrogate pair";
        }

        return null;
    }

    private static string? Named(string key, string? fault) => fault is null ? null : $"{key} {fault}";

    private static string? Text(AdditionalPropertiesDictionary properties, string key) => properties.TryGetValue(key, out var value) ? value as string : null;

    private static Guid? Id(AdditionalPropertiesDictionary properties, string key, ref string? fault)
    {
        if (!properties.TryGetValue(key, out var value) || value is null)
            return null;
        if (value is Guid id || Guid.TryParse(value as string, out id))
            return id;

        fault ??= $"{key} is no UUID";
        return null;
    }

    private static int Attempted(AdditionalPropertiesDictionary properties, ref string? fault)
    {
        if (!properties.TryGetValue("patterns.attempt", out var value) || value is null)
            return 1;
        if (value is int attempt || int.TryParse(value as string, NumberStyles.None, CultureInfo.InvariantCulture, out attempt))
        {
            if (attempt is >= 1 and <= short.MaxValue)
                return attempt;
        }

        fault ??= "patterns.attempt is not within 1 to 32767";
        return 1;
    }
}
