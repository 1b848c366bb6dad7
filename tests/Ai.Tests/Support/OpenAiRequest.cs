using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;
using OpenAiMessage = OpenAI.Chat.ChatMessage;

namespace Ai.Tests;

/// <summary>Messages and options in the words of the OpenAI package.</summary>
internal static class OpenAiRequest
{
    public static IEnumerable<OpenAiMessage> Messages(IEnumerable<AiMessage> messages) => messages.SelectMany(Message);

    public static ChatCompletionOptions Options(ChatOptions? options)
    {
        var all = options?.RawRepresentationFactory?.Invoke(null!) as ChatCompletionOptions ?? new();
        if (options is null)
            return all;
        (all.Temperature, all.MaxOutputTokenCount, all.TopP) = (options.Temperature, options.MaxOutputTokens, options.TopP);
        foreach (var tool in options.Tools?.OfType<AIFunctionDeclaration>() ?? [])
            all.Tools.Add(ChatTool.CreateFunctionTool(tool.Name, tool.Description, BinaryData.FromString(tool.JsonSchema.GetRawText())));
        if (all.Tools.Count > 0)
        {
            all.AllowParallelToolCalls = options.AllowMultipleToolCalls;
            all.ToolChoice = options.ToolMode switch
            {
                NoneChatToolMode => ChatToolChoice.CreateNoneChoice(),
                RequiredChatToolMode { RequiredFunctionName: { } name } => ChatToolChoice.CreateFunctionChoice(name),
                RequiredChatToolMode => ChatToolChoice.CreateRequiredChoice(),
                _ => null,
            };
        }
        if (options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema } json)
            all.ResponseFormat = OpenAI.Chat.ChatResponseFormat.CreateJsonSchemaFormat(json.SchemaName ?? "answer", BinaryData.FromString(schema.GetRawText()));
        return all;
    }

    private static IEnumerable<OpenAiMessage> Message(AiMessage message)
    {
        if (message.Role == ChatRole.System)
        {
            yield return new SystemChatMessage(message.Text);
        }
        else if (message.Role == ChatRole.Tool)
        {
            foreach (var result in message.Contents.OfType<FunctionResultContent>())
                yield return new ToolChatMessage(result.CallId, result.Result as string ?? JsonSerializer.Serialize(result.Result));
        }
        else if (message.Role == ChatRole.Assistant)
        {
            var calls = message.Contents.OfType<FunctionCallContent>()
                .Select(static call => ChatToolCall.CreateFunctionToolCall(call.CallId, call.Name, BinaryData.FromString(JsonSerializer.Serialize(call.Arguments)))).ToList();
            var answer = calls.Count > 0 ? new AssistantChatMessage(calls) : new AssistantChatMessage(message.Text);
            if (calls.Count > 0 && message.Text.Length > 0)
                answer.Content.Add(ChatMessageContentPart.CreateTextPart(message.Text));
            yield return answer;
        }
        else
        {
            yield return new UserChatMessage(message.Contents.Select(Part).OfType<ChatMessageContentPart>());
        }
    }

    private static ChatMessageContentPart? Part(AIContent content) => content switch
    {
        TextContent text => ChatMessageContentPart.CreateTextPart(text.Text),
        DataContent data when data.HasTopLevelMediaType("image") => ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(data.Data), data.MediaType),
        _ => null,
    };
}
