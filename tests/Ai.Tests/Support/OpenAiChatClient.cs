using System.ClientModel;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;
using FinishReason = Microsoft.Extensions.AI.ChatFinishReason;

namespace Ai.Tests;

/// <summary>An <see cref="IChatClient"/> over the official OpenAI package: text, tools, usage and finish reasons, streamed and not.</summary>
internal sealed class OpenAiChatClient(ChatClient client, string provider, Uri address, string model) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new(provider, address, model);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<AiMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatCompletion completion = await client.CompleteChatAsync(OpenAiRequest.Messages(messages), OpenAiRequest.Options(options), cancellationToken);
        var answer = new AiMessage(ChatRole.Assistant, [.. Contents(completion)]) { MessageId = completion.Id, RawRepresentation = completion };
        return new(answer)
        {
            ResponseId = completion.Id,
            ModelId = completion.Model,
            CreatedAt = completion.CreatedAt,
            FinishReason = Reason(completion.FinishReason),
            Usage = Usage(completion.Usage),
            RawRepresentation = completion,
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<AiMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var calls = new SortedDictionary<int, (string? Id, string? Name, StringWriter Arguments)>();
        AsyncCollectionResult<StreamingChatCompletionUpdate> stream = client.CompleteChatStreamingAsync(OpenAiRequest.Messages(messages), OpenAiRequest.Options(options), cancellationToken);
        await foreach (var update in stream.WithCancellation(cancellationToken))
        {
            var next = new ChatResponseUpdate
            {
                Role = update.Role is null ? null : ChatRole.Assistant,
                ResponseId = update.CompletionId,
                MessageId = update.CompletionId,
                ModelId = update.Model,
                FinishReason = update.FinishReason is { } reason ? Reason(reason) : null,
                RawRepresentation = update,
            };
            foreach (var part in update.ContentUpdate)
                next.Contents.Add(new TextContent(part.Text));
            foreach (var call in update.ToolCallUpdates)
            {
                var known = calls.TryGetValue(call.Index, out var k) ? k : (null, null, new StringWriter());
                known.Arguments.Write(call.FunctionArgumentsUpdate?.ToString());
                calls[call.Index] = (call.ToolCallId ?? known.Id, call.FunctionName ?? known.Name, known.Arguments);
            }
            if (next.FinishReason is not null)
            {
                foreach (var (id, name, arguments) in calls.Values)
                    next.Contents.Add(Call(id!, name!, arguments.ToString()));
                calls.Clear();
            }
            if (update.Usage is { } usage)
                next.Contents.Add(new UsageContent(Usage(usage)));
            yield return next;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : serviceType.IsInstanceOfType(client) ? client
        : null;

    public void Dispose()
    {
    }

    private static IEnumerable<AIContent> Contents(ChatCompletion completion)
    {
        foreach (var part in completion.Content)
            yield return new TextContent(part.Text);
        if (!string.IsNullOrEmpty(completion.Refusal))
            yield return new ErrorContent(completion.Refusal) { ErrorCode = "Refusal" };
        foreach (var call in completion.ToolCalls)
            yield return Call(call.Id, call.FunctionName, call.FunctionArguments.ToString());
    }

    private static FunctionCallContent Call(string id, string name, string arguments) =>
        new(id, name, JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments.Length == 0 ? "{}" : arguments));

    private static FinishReason Reason(OpenAI.Chat.ChatFinishReason reason) => reason switch
    {
        OpenAI.Chat.ChatFinishReason.Length => FinishReason.Length,
        OpenAI.Chat.ChatFinishReason.ContentFilter => FinishReason.ContentFilter,
        OpenAI.Chat.ChatFinishReason.ToolCalls or OpenAI.Chat.ChatFinishReason.FunctionCall => FinishReason.ToolCalls,
        _ => FinishReason.Stop,
    };

    private static UsageDetails Usage(ChatTokenUsage usage) => new()
    {
        InputTokenCount = usage.InputTokenCount,
        OutputTokenCount = usage.OutputTokenCount,
        TotalTokenCount = usage.TotalTokenCount,
        CachedInputTokenCount = usage.InputTokenDetails?.CachedTokenCount,
        ReasoningTokenCount = usage.OutputTokenDetails?.ReasoningTokenCount,
        // The names are those of Microsoft's own adapter.
        AdditionalCounts = new()
        {
            ["InputTokenDetails.AudioTokenCount"] = usage.InputTokenDetails?.AudioTokenCount ?? 0,
            ["OutputTokenDetails.AudioTokenCount"] = usage.OutputTokenDetails?.AudioTokenCount ?? 0,
        },
    };
}
