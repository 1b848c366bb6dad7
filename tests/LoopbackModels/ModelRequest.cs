using System.Text;
using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>A request as the server got it.</summary>
/// <param name="Api">The wire format.</param>
/// <param name="Model">The model or the deployment, from the body or the path.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Headers">The headers, names compared without case.</param>
/// <param name="Body">The body.</param>
/// <param name="Streamed">Whether a stream was asked for.</param>
/// <param name="IsEmbedding">Whether vectors were asked for.</param>
/// <param name="Number">The request's number on this server, from 1.</param>
public sealed record ModelRequest(
    ModelApi Api, string Model, string Method, string Path, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, bool Streamed, bool IsEmbedding, int Number)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The body as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Body.Span)!;
}
