using System.Text;
using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>One event of a stream, as bytes.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="IsPiece">Whether it carries content.</param>
public readonly record struct Frame(byte[] Bytes, bool IsPiece)
{
    internal static Frame Data(JsonNode data, bool isPiece = false, string end = "\n\n") => Data(data.ToJsonString(), isPiece, end);

    internal static Frame Data(string data, bool isPiece = false, string end = "\n\n") => new(Encoding.UTF8.GetBytes($"data: {data}{end}"), isPiece);

    internal static Frame Event(string name, JsonNode data, bool isPiece = false) => Event(name, data.ToJsonString(), isPiece);

    internal static Frame Event(string name, string data, bool isPiece = false) => new(Encoding.UTF8.GetBytes($"event: {name}\ndata: {data}\n\n"), isPiece);
}
