using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Requests;

/// <summary>A chain as an application gets it: from the container.</summary>
internal sealed class Chain : IDisposable
{
    private readonly ServiceProvider _services;

    public Chain(Action<LlmChainOptions> configure, TimeProvider? time = null)
    {
        var services = new ServiceCollection().AddLogging();
        if (time is not null)
            services.AddSingleton(time);
        _services = services.AddLlmFallback(o => o.Chain("answers", configure)).BuildServiceProvider();
        Client = _services.GetRequiredKeyedService<IChatClient>("answers");
        Models = _services.GetRequiredService<ILlmFallback>();
    }

    public IChatClient Client { get; }

    public ILlmFallback Models { get; }

    public void Dispose() => _services.Dispose();

    public Task<ChatResponse> AskAsync(string question = "Is it so?", ChatOptions? options = null) => AskAsync([new ChatMessage(ChatRole.User, question)], options);

    public Task<ChatResponse> AskAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null) => Client.GetResponseAsync(messages, options, TestContext.Current.CancellationToken);
}
