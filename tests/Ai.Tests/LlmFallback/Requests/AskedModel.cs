using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Requests;

/// <summary>A client that keeps what it was asked, and answers or fails as it is told.</summary>
internal sealed class AskedModel(string? provider = null) : IChatClient
{
    private readonly Lock _gate = new();
    private readonly List<(IEnumerable<ChatMessage> Messages, ChatOptions? Options)> _asked = [];

    public Func<ChatResponse> Answers { get; set; } = static () => new ChatResponse(new ChatMessage(ChatRole.Assistant, "yes")) { FinishReason = ChatFinishReason.Stop };

    /// <summary>Answers a stream; null streams <see cref="Answers"/>.</summary>
    public Func<IEnumerable<ChatResponseUpdate>>? Streams { get; set; }

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

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        lock (_gate) _asked.Add((messages, options));
        try
        {
            return Task.FromResult(Answers());
        }
        catch (Exception exception)
        {
            return Task.FromException<ChatResponse>(exception);
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        lock (_gate) _asked.Add((messages, options));
        await Task.CompletedTask;
        foreach (var update in Streams?.Invoke() ?? Answers().ToChatResponseUpdates())
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
