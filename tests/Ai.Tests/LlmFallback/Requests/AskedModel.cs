using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Requests;

/// <summary>A model whose client keeps what it was asked, and answers or fails as it is told.</summary>
internal sealed class AskedModel
{
    private readonly Lock _gate = new();
    private readonly List<(IEnumerable<ChatMessage> Messages, ChatOptions? Options)> _asked = [];

    public AskedModel(string? provider = null) => Client = new Asked(this, provider);

    public IChatClient Client { get; }

    public Func<ChatResponse> Answers { get; set; } = static () => new ChatResponse(new ChatMessage(ChatRole.Assistant, "yes")) { FinishReason = ChatFinishReason.Stop };

    public int Count
    {
        get
        {
            lock (_gate) return _asked.Count;
        }
    }

    public IReadOnlyList<ChatMessage> LastMessages
    {
        get
        {
            lock (_gate) return (IReadOnlyList<ChatMessage>)_asked[^1].Messages;
        }
    }

    public ChatOptions? LastOptions
    {
        get
        {
            lock (_gate) return _asked[^1].Options;
        }
    }

    /// <summary>What a provider says that has too much to do: the next model is asked at once, and this one not again.</summary>
    public static HttpRequestException Overloaded => new("too much to do", null, (HttpStatusCode)529);

    /// <summary>From now on it is overloaded.</summary>
    public AskedModel Fails() => Fails(static () => Overloaded);

    public AskedModel Fails(Func<Exception> with)
    {
        Answers = () => throw with();
        return this;
    }

    /// <summary>Counts from none again.</summary>
    public void Forget()
    {
        lock (_gate) _asked.Clear();
    }

    private void Keep(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        lock (_gate) _asked.Add((messages, options));
    }

    private sealed class Asked(AskedModel model, string? provider) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            model.Keep(messages, options);
            try
            {
                return Task.FromResult(model.Answers());
            }
            catch (Exception exception)
            {
                return Task.FromException<ChatResponse>(exception);
            }
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            model.Keep(messages, options);
            await Task.CompletedTask;
            foreach (var update in model.Answers().ToChatResponseUpdates())
                yield return update;
        }

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceKey is null && serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(provider)
            : serviceKey is null && serviceType.IsInstanceOfType(this) ? this
            : null;

        public void Dispose()
        {
        }
    }
}
