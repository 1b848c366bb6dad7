using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenAI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Wire;

/// <summary>The setup of the official packages that the README shows.</summary>
internal static class SdkSetup
{
    public static void Add(IHostApplicationBuilder builder, string anthropicKey, string openAiKey)
    {
        var http = new HttpClient(new LlmWireHandler(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })) { Timeout = Timeout.InfiniteTimeSpan }; // the chain has the timers
        builder.Services.AddKeyedSingleton<IChatClient>("sdk:claude", (_, _) =>
            new AnthropicClient { ApiKey = anthropicKey, HttpClient = http, MaxRetries = 0 }.AsIChatClient("claude-sonnet-4-5", defaultMaxOutputTokens: 4_096));
        builder.Services.AddKeyedSingleton<IChatClient>("sdk:gpt", (_, _) => new OpenAI.Chat.ChatClient("gpt-5", new ApiKeyCredential(openAiKey),
            new OpenAIClientOptions { Transport = new HttpClientPipelineTransport(http), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) }).AsIChatClient());
    }

    // In the place of the adapter package, which does not restore here.
    private static OpenAiChatClient AsIChatClient(this OpenAI.Chat.ChatClient client) => new(client, "openai", new Uri("https://api.openai.com/v1"), "gpt-5");
}
