using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>Reads members that may be missing or null.</summary>
internal static class WireJson
{
    public static JsonElement? ObjectAt(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    public static string? TextAt(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static long? CountAt(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) ? count : null;

    public static long? CountAt(this JsonElement? element, string name) => element is { } found ? found.CountAt(name) : null;
}
