using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace LoopbackModels;

/// <summary>Reads which provider, model and form a request asks for.</summary>
internal static class RequestReader
{
    /// <summary>The request; null when no provider has such a path.</summary>
    public static async Task<ModelRequest?> ReadAsync(HttpContext http, int number)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        var body = buffer.ToArray();
        var path = http.Request.Path.Value!;
        var parts = path.Trim('/').Split('/');
        var json = new Lazy<JsonNode?>(() => JsonNode.Parse(body));
        (ModelApi Api, string Model, bool Streamed, bool IsEmbedding)? asked = parts switch
        {
            ["v1", "chat", "completions"] => (ModelApi.OpenAi, Model(), Stream(), false),
            ["v1", "embeddings"] => (ModelApi.OpenAi, Model(), false, true),
            ["v1", "messages"] => (ModelApi.Anthropic, Model(), Stream(), false),
            ["openai", "deployments", var deployment, "chat", "completions"] => (ModelApi.Azure, deployment, Stream(), false),
            ["openai", "deployments", var deployment, "embeddings"] => (ModelApi.Azure, deployment, false, true),
            ["v1beta", "models", var call] when call.Split(':') is [var model, "generateContent"] => (ModelApi.Gemini, model, false, false),
            ["v1beta", "models", var call] when call.Split(':') is [var model, "streamGenerateContent"] => (ModelApi.Gemini, model, true, false),
            _ => null,
        };
        if (asked is not { } a)
            return null;
        var headers = http.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new(a.Api, a.Model, http.Request.Method, http.Request.GetEncodedPathAndQuery(), headers, body, a.Streamed, a.IsEmbedding, number);

        string Model() => json.Value?["model"]?.GetValue<string>() ?? "";

        bool Stream() => json.Value?["stream"]?.GetValue<bool>() ?? false;
    }
}
