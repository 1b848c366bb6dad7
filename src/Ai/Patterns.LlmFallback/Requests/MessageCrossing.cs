using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>One message on its way to a model. The very same message when nothing of it changes; null when nothing of it is left.</summary>
internal static class MessageCrossing
{
    public static ChatMessage? Of(ChatMessage message, bool isForeign, CrossingIds ids)
    {
        var contents = message.Contents;
        List<AIContent>? changed = null;
        for (var i = 0; i < contents.Count; i++)
        {
            var content = contents[i];
            // A result is the application's, and may answer a call of another model.
            var crossed = isForeign ? Foreign(content, ids) : content is FunctionResultContent result ? Result(result, ids) : content;
            if (!ReferenceEquals(crossed, content))
                changed ??= [.. contents.Take(i)];
            if (crossed is not null)
                changed?.Add(crossed);
        }

        if (changed is null && (!isForeign || message.RawRepresentation is null))
            return message;
        // A message without contents is refused by some providers.
        return changed is [] ? null : new ChatMessage(message.Role, changed ?? [.. contents])
        {
            AuthorName = message.AuthorName,
            CreatedAt = message.CreatedAt,
            MessageId = message.MessageId,
            AdditionalProperties = message.AdditionalProperties,
            RawRepresentation = isForeign ? null : message.RawRepresentation,
        };
    }

    private static AIContent? Foreign(AIContent content, CrossingIds ids) => content switch
    {
        // Thinking is signed for one model, and unsigned thinking is refused: Anthropic answers both with 400.
        TextReasoningContent => null,
        FunctionCallContent call => Call(call, ids),
        FunctionResultContent result => Result(result, ids),
        // What a provider's own tools did has its words in the answer's text; the records of it name things that only that provider has.
        ToolCallContent or ToolResultContent => null,
        { RawRepresentation: null } or HostedFileContent or HostedVectorStoreContent => content,
        TextContent text => With(text, new TextContent(text.Text)),
        DataContent data => With(data, new DataContent(data.Data, data.MediaType) { Name = data.Name }),
        UriContent uri => With(uri, new UriContent(uri.Uri, uri.MediaType)),
        ErrorContent error => With(error, new ErrorContent(error.Message) { ErrorCode = error.ErrorCode, Details = error.Details }),
        UsageContent usage => With(usage, new UsageContent(usage.Details)),
        // A content that is little more than its raw representation: only its own provider's client can read it.
        _ => null,
    };

    private static FunctionCallContent Call(FunctionCallContent call, CrossingIds ids)
    {
        var id = ids.OfCall(call.CallId);
        return call.RawRepresentation is null && string.Equals(id, call.CallId, StringComparison.Ordinal)
            ? call
            : With(call, new FunctionCallContent(id, call.Name, call.Arguments) { Exception = call.Exception, InformationalOnly = call.InformationalOnly });
    }

    private static FunctionResultContent Result(FunctionResultContent result, CrossingIds ids)
    {
        var id = ids.OfResult(result.CallId);
        return result.RawRepresentation is null && string.Equals(id, result.CallId, StringComparison.Ordinal)
            ? result
            : With(result, new FunctionResultContent(id, result.Result) { Exception = result.Exception });
    }

    private static T With<T>(AIContent original, T copy)
        where T : AIContent
    {
        copy.Annotations = original.Annotations;
        copy.AdditionalProperties = original.AdditionalProperties;
        return copy;
    }
}
