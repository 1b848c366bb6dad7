using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <content>Spans and measures of embedding chains.</content>
internal static partial class Telemetry
{
    private const string Embeddings = "embeddings";

    public static Activity? StartEmbeddings(string chain)
    {
        if (Source.StartActivity(Embeddings, ActivityKind.Internal) is not { } span)
            return null;
        span.DisplayName = $"{Embeddings} {chain}";
        return span.SetTag(OperationName, Embeddings).SetTag(RequestModel, chain).SetTag(ChainTag, chain);
    }

    /// <summary>Starts an attempt of a call.</summary>
    public static Activity? StartEmbeddings(string chain, EmbeddingModel model, int number, Activity? call)
    {
        if (call is null || Source.StartActivity(Embeddings, ActivityKind.Client, call.Context) is not { } span)
            return null;
        span.DisplayName = $"{Embeddings} {model.ModelId}";
        return span.SetTag(OperationName, Embeddings).SetTag(ProviderName, model.Provider).SetTag(RequestModel, model.ModelId).SetTag(ChainTag, chain).SetTag(ModelTag, model.Name).SetTag(AttemptTag, number);
    }

    public static void EndEmbeddings(Activity? span, EmbeddingModel model, TimeSpan elapsed, LlmAttempt? told, UsageDetails? usage)
    {
        var tags = new TagList { { OperationName, Embeddings }, { ProviderName, model.Provider }, { RequestModel, model.ModelId } };
        if (usage?.InputTokenCount is { } tokens && Tokens.Enabled)
            Tokens.Record(tokens, [.. tags, new(TokenType, "input")]);
        if (told is not null)
            tags.Add(ErrorType, Of(told.Kind));
        if (Duration.Enabled)
            Duration.Record(elapsed.TotalSeconds, tags);
        if (span is null)
            return;
        Tell(span, null, usage);
        if (told is not null)
            span.SetTag(ErrorType, Of(told.Kind)).SetStatus(ActivityStatusCode.Error, told.Code);
    }
}
