using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Circuits;

/// <summary>A client that does what it is switched to, and counts how often and by how many at once it was asked.</summary>
internal sealed class SwitchedModel(string text) : IChatClient
{
    private int _asked;
    private int _now;
    private int _most;

    public int Asked => _asked;

    /// <summary>The most that asked at once.</summary>
    public int Most => _most;

    /// <summary>Null: it answers.</summary>
    public Exception? Fault { get; set; }

    public Func<ChatResponse> Answer { get; set; } = () => new ChatResponse(new ChatMessage(ChatRole.Assistant, text)) { FinishReason = ChatFinishReason.Stop };

    /// <summary>While set, whoever asks waits for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>Is released once by each that waits at the gate.</summary>
    public SemaphoreSlim Waiting { get; } = new(0);

    public static Exception Status(int status) => new HttpRequestException("failed", null, (HttpStatusCode)status);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _asked);
        var now = Interlocked.Increment(ref _now);
        for (var most = _most; now > most; most = _most)
            Interlocked.CompareExchange(ref _most, now, most);
        try
        {
            if (Gate is { } gate)
            {
                Waiting.Release();
                await gate.Task.WaitAsync(cancellationToken);
            }
            return Fault is { } fault ? throw fault : Answer();
        }
        finally
        {
            Interlocked.Decrement(ref _now);
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() => Waiting.Dispose();
}
