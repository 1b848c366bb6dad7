using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>What kinds of things a request has: found by one look at the types of its contents, without reading them.</summary>
/// <param name="Features">What a model must have for them.</param>
/// <param name="IsBound">Whether one of them exists only at its provider.</param>
internal readonly record struct RequestKinds(LlmFeatures Features, bool IsBound)
{
    public static RequestKinds Of(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var kinds = options is null ? default : Of(options);
        for (var i = 0; i < messages.Count; i++)
        {
            kinds = kinds.With(messages[i].Contents);
        }

        return kinds;
    }

    private static RequestKinds Of(ChatOptions options)
    {
        var features = LlmFeatures.None;
        // By the abstraction's contract an id in the options is one that a provider gave: the messages are then only what is new, and another provider would answer without what came before.
        var bound = options.ConversationId is not null || options.ContinuationToken is not null;
        if (options.Tools is { Count: > 0 } tools)
        {
            features |= LlmFeatures.Tools;
            if (options.AllowMultipleToolCalls is true)
                features |= LlmFeatures.ParallelTools;
            if (options.ToolMode is RequiredChatToolMode)
                features |= LlmFeatures.ForcedToolChoice;
            for (var i = 0; i < tools.Count && !bound; i++)
                bound = tools[i] is not AIFunctionDeclaration;
        }

        if (options.ResponseFormat is ChatResponseFormatJson { Schema: not null })
            features |= LlmFeatures.JsonSchema;
        return new(features, bound);
    }

    private RequestKinds With(IList<AIContent> contents)
    {
        var kinds = this;
        for (var i = 0; i < contents.Count; i++)
        {
            kinds = contents[i] switch
            {
                TextContent => kinds,
                DataContent data => kinds.With(FeatureOf(data.MediaType)),
                UriContent uri => kinds.With(FeatureOf(uri.MediaType)),
                FunctionCallContent => kinds.With(LlmFeatures.Tools),
                FunctionResultContent result => kinds.With(LlmFeatures.Tools).WithResult(result.Result),
                HostedFileContent or HostedVectorStoreContent => kinds with { IsBound = true },
                _ => kinds,
            };
        }

        return kinds;
    }

    private RequestKinds WithResult(object? result) => result switch
    {
        AIContent content => With([content]),
        IEnumerable<AIContent> contents => With([.. contents]),
        _ => this,
    };

    private RequestKinds With(LlmFeatures feature) => this with { Features = Features | feature };

    private static LlmFeatures FeatureOf(string mediaType) =>
        mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? LlmFeatures.Vision
        : mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? LlmFeatures.Audio
        : LlmFeatures.None;
}
