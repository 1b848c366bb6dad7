using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>OpenAI's embeddings, as numbers or as base64 of little-endian floats, as asked.</summary>
internal static class EmbeddingWire
{
    public static JsonNode Whole(ModelAnswer answer, ModelRequest request)
    {
        var input = request.Json["input"];
        var count = input is JsonArray inputs ? inputs.Count : 1;
        var vectors = answer.Vectors ?? [.. Enumerable.Range(1, count).Select(static i => new[] { i, 0.5f, 0.25f, 0.125f })];
        var base64 = request.Json["encoding_format"]?.GetValue<string>() == "base64";
        var data = vectors.Select((vector, i) => new JsonObject
        {
            ["object"] = "embedding",
            ["index"] = i,
            ["embedding"] = base64 ? Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan())) : new JsonArray([.. vector.Select(static v => JsonValue.Create(v))]),
        });
        var used = (answer.Usage ?? new()).Input;
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. data]),
            ["model"] = request.Model,
            ["usage"] = new JsonObject { ["prompt_tokens"] = used, ["total_tokens"] = used },
        };
    }
}
