using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;
using AiReason = Microsoft.Extensions.AI.ChatFinishReason;

namespace SaasApp;

/// <summary>Texts through OpenAI's package. Where Microsoft.Extensions.AI.OpenAI can be installed, take its <c>AsIChatClient</c>, which does more.</summary>
internal sealed class OpenAiTexts(ChatClient client, string model) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<AiMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<AiMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var asked = messages.Select(static message => message.Role == ChatRole.System ? (OpenAI.Chat.ChatMessage)new SystemChatMessage(message.Text)
            : message.Role == ChatRole.Assistant ? new AssistantChatMessage(message.Text) : new UserChatMessage(message.Text));
        await foreach (var update in client.CompleteChatStreamingAsync(asked, new() { MaxOutputTokenCount = options?.MaxOutputTokens }, cancellationToken))
        {
            var next = new ChatResponseUpdate
            {
                Role = update.Role is null ? null : ChatRole.Assistant,
                ResponseId = update.CompletionId,
                MessageId = update.CompletionId,
                ModelId = update.Model,
                FinishReason = update.FinishReason switch { null => null, OpenAI.Chat.ChatFinishReason.Length => AiReason.Length, OpenAI.Chat.ChatFinishReason.ContentFilter => AiReason.ContentFilter, _ => AiReason.Stop },
            };
            foreach (var part in update.ContentUpdate) next.Contents.Add(new TextContent(part.Text));
            if (update.Usage is { } usage)
            {
                next.Contents.Add(new UsageContent(new()
                {
                    InputTokenCount = usage.InputTokenCount, OutputTokenCount = usage.OutputTokenCount, TotalTokenCount = usage.TotalTokenCount, CachedInputTokenCount = usage.InputTokenDetails?.CachedTokenCount,
                }));
            }

            yield return next;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("openai", defaultModelId: model) : null;

    public void Dispose()
    {
    }
}
