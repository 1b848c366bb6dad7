using System.Text;
using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>JSON as bytes.</summary>
internal static class Body
{
    public static byte[] Of(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
