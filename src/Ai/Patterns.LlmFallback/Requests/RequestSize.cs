using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>How large a request is, counted without building any string.</summary>
/// <param name="TextBytes">UTF-8 bytes of instructions, texts, tools, calls and results.</param>
/// <param name="MediaBytes">Bytes of files within the request, as they go over the wire.</param>
/// <param name="Images">How many images there are.</param>
internal readonly record struct RequestSize(long TextBytes, long MediaBytes, int Images)
{
    // A common tokenizer makes a token of about four bytes of English and fewer of code, JSON and other languages.
    private const double BytesPerToken = 3.5;

    // About what providers count for an image that they scale down to the largest size they look at.
    private const int TokensPerImage = 1_600;

    // A number or a truth value within arguments or a result.
    private const int BytesOfScalar = 8;

    public long Tokens => (long)Math.Ceiling(TextBytes / BytesPerToken) + Images * (long)TokensPerImage;

    public long Bytes => TextBytes + MediaBytes;

    public static RequestSize Of(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var size = options is null ? default : Of(options);
        for (var i = 0; i < messages.Count; i++)
        {
            var contents = messages[i].Contents;
            for (var j = 0; j < contents.Count; j++)
                size = size.With(contents[j]);
        }

        return size;
    }

    private static RequestSize Of(ChatOptions options)
    {
        var bytes = BytesOf(options.Instructions);
        if (options.Tools is { } tools)
        {
            for (var i = 0; i < tools.Count; i++)
                bytes += BytesOf(tools[i].Name) + BytesOf(tools[i].Description) + (tools[i] is AIFunctionDeclaration function ? BytesOf(function.JsonSchema) : 0);
        }

        if (options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema })
            bytes += BytesOf(schema);
        return new(bytes, 0, 0);
    }

    private RequestSize With(AIContent content) => content switch
    {
        TextContent text => WithText(BytesOf(text.Text)),
        TextReasoningContent reasoning => WithText(BytesOf(reasoning.Text)),
        // Base64 makes four bytes of three. The content keeps what it decodes for this, and its client needs the same.
        DataContent data => WithMedia((data.Data.Length + 2L) / 3 * 4, data.MediaType),
        UriContent uri => WithMedia(uri.Uri.OriginalString.Length, uri.MediaType),
        FunctionCallContent call => WithText(BytesOf(call.Name) + BytesOf(call.Arguments)),
        FunctionResultContent result => WithResult(result.Result),
        _ => this,
    };

    private RequestSize WithResult(object? result)
    {
        if (result is AIContent content)
            return With(content);
        if (result is not IEnumerable<AIContent> contents)
            return WithText(BytesOf(result));
        var size = this;
        foreach (var item in contents)
            size = size.With(item);
        return size;
    }

    private RequestSize WithText(long bytes) => this with { TextBytes = TextBytes + bytes };

    private RequestSize WithMedia(long bytes, string mediaType) =>
        this with { MediaBytes = MediaBytes + bytes, Images = mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? Images + 1 : Images };

    private static long BytesOf(object? value) => value switch
    {
        null => 0,
        string text => Encoding.UTF8.GetByteCount(text),
        JsonElement { ValueKind: not JsonValueKind.Undefined } element => JsonMarshal.GetRawUtf8Value(element).Length,
        IEnumerable<KeyValuePair<string, object?>> members => members.Sum(static member => BytesOf(member.Key) + BytesOf(member.Value)),
        System.Collections.IEnumerable items => items.Cast<object?>().Sum(BytesOf),
        _ => BytesOfScalar,
    };
}
