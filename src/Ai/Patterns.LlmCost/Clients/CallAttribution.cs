using System.Globalization;
using Microsoft.Extensions.AI;
using Patterns.Shared;

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
    public const int MaxTenant = 200;
    public const int MaxFeature = 100;
    public const int MaxUser = 200;

    public static CallAttribution Of(AdditionalPropertiesDictionary? properties)
    {
        var scope = LlmCostScope.Current;
        if (properties is null)
            return new(scope?.TenantId, scope?.Feature ?? "", NullIfEmpty(scope?.UserId), scope?.RunId, CallId: null, 1, Fault: null);

        string? fault = null;
        var tenant = Text(properties, "patterns.tenant", MaxTenant, ref fault, min: 1);

        // What the scope says of its own tenant's user and run is not true of another tenant.
        if (tenant is not null && tenant != scope?.TenantId)
            scope = null;
        var feature = Text(properties, "patterns.feature", MaxFeature, ref fault) ?? scope?.Feature ?? "";
        var user = Text(properties, "patterns.user", MaxUser, ref fault) ?? scope?.UserId;
        var run = Id(properties, "patterns.run", ref fault) ?? scope?.RunId;
        var call = Id(properties, CallIdKey, ref fault);
        if (call is { Version: not 7 } or { Variant: < 8 or > 11 })
        {
            fault ??= $"{CallIdKey} is no UUIDv7";
            call = null;
        }

        // As another attempt than it is, it would be taken for one that is booked already.
        var attempt = Attempted(properties, ref fault);
        return new(tenant is null ? scope?.TenantId : NullIfEmpty(tenant), feature, NullIfEmpty(user), run, attempt is null ? null : call, attempt ?? 1, fault);
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>Null when there is none, and empty when it is unusable: what a call says wrongly is not what the scope around it says.</summary>
    private static string? Text(AdditionalPropertiesDictionary properties, string key, int max, ref string? fault, int min = 0)
    {
        if (!properties.TryGetValue(key, out var value) || value is null)
            return null;
        if (value is not string text)
            fault ??= $"{key} is a {value.GetType().Name}; it must be a string";
        else if (PlainText.FaultOf(text, max, min) is { } unusable)
            fault ??= $"{key} {unusable}";
        else
            return text;

        return "";
    }

    private static Guid? Id(AdditionalPropertiesDictionary properties, string key, ref string? fault)
    {
        if (!properties.TryGetValue(key, out var value) || value is null)
            return null;
        if (value is Guid id || Guid.TryParse(value as string, out id))
            return id;

        fault ??= $"{key} is no UUID";
        return null;
    }

    /// <summary>Null when it is unusable.</summary>
    private static int? Attempted(AdditionalPropertiesDictionary properties, ref string? fault)
    {
        if (!properties.TryGetValue("patterns.attempt", out var value) || value is null)
            return 1;
        if (value is int attempt || int.TryParse(value as string, NumberStyles.None, CultureInfo.InvariantCulture, out attempt))
        {
            if (attempt is >= 1 and <= short.MaxValue)
                return attempt;
        }

        fault ??= "patterns.attempt is not within 1 to 32767";
        return null;
    }
}
