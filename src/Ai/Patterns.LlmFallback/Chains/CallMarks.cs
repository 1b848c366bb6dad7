using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>The names under which chains and their callers talk in additional properties.</summary>
internal static class CallMarks
{
    public const string Model = "patterns.model";
    public const string Attempts = "patterns.attempts";
    public const string Attempt = "patterns.attempt";
    public const string CallId = "patterns.call_id";
    public const string Provider = "patterns.provider";
    public const string Degraded = "patterns.degraded";
    public const string Restart = "patterns.restart";
    private const string Fallback = "patterns.fallback";

    public static bool AllowsFallback(ChatOptions? options) => !string.Equals(Text(options?.AdditionalProperties, Fallback), bool.FalseString, StringComparison.OrdinalIgnoreCase);

    /// <summary>What a property says as text, also when its owner sent it as JSON or has keys of another type; null when it is not there.</summary>
    public static string? Text(AdditionalPropertiesDictionary? properties, string key) => properties is null || !properties.TryGetValue(key, out var value) ? null : value switch
    {
        null or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        string text => text,
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>The options that tell a client which attempt of which call it serves: a copy, as the caller's options are the caller's.</summary>
    public static ChatOptions Tell(ChatOptions? options, Guid call, int attempt)
    {
        var copy = options?.Clone() ?? new ChatOptions();
        copy.AdditionalProperties = Tell(copy.AdditionalProperties, call, attempt);
        return copy;
    }

    /// <summary>The same within properties that are a copy already.</summary>
    public static AdditionalPropertiesDictionary Tell(AdditionalPropertiesDictionary? copy, Guid call, int attempt)
    {
        copy ??= [];
        copy[CallId] = call;
        copy[Attempt] = attempt;
        return copy;
    }

    /// <summary>What the response says of itself. It goes by an update of its own, with neither role nor message id: those of an update that has one end up in the message.</summary>
    public static AdditionalPropertiesDictionary Of(string? model, int attempts, Guid call, AdditionalPropertiesDictionary? given = null)
    {
        var marked = CopyOf(given);
        if (model is not null)
            marked[Model] = model;
        marked[Attempts] = attempts;
        marked[CallId] = call;
        return marked;
    }

    /// <summary>Whether a message has anything that another model might not take: plain words have no origin.</summary>
    public static bool HasOrigin(ChatMessage message)
    {
        if (message.RawRepresentation is not null)
            return true;
        for (var i = 0; i < message.Contents.Count; i++)
        {
            if (message.Contents[i] is not TextContent { RawRepresentation: null })
                return true;
        }

        return false;
    }

    /// <summary>Says in a message which model it comes from, so that a later call knows whether its history crosses providers.</summary>
    public static AdditionalPropertiesDictionary Origin(ChainModel model, AdditionalPropertiesDictionary? given)
    {
        var marked = CopyOf(given);
        marked[Model] = model.Name;
        if (model.Provider is not null)
            marked[Provider] = model.Provider;
        return marked;
    }

    // A client that keeps answers may give the same object to several calls at once.
    private static AdditionalPropertiesDictionary CopyOf(AdditionalPropertiesDictionary? given) => given?.Clone() ?? [];
}
