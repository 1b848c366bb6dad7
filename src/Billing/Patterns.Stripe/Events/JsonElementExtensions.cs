using System.Text.Json;

namespace Patterns.Stripe;

/// <summary>Reading what may be absent, null, or an id in place of the object.</summary>
internal static class JsonElementExtensions
{
    /// <summary>A member; undefined when this is no object or has none of that name.</summary>
    public static JsonElement Find(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    public static string? Text(this JsonElement element, string name) => element.Find(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>The id in a member that Stripe sends as an id, or, when it was expanded, as the object.</summary>
    public static string? IdOf(this JsonElement element, string name) => element.Text(name) ?? element.Find(name).Text("id");
}
