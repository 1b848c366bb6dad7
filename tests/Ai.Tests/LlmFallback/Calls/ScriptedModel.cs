using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>A model that answers call after call as it is told, and "fine" when nothing is told any more.</summary>
public sealed class ScriptedModel(string? provider = "openai") : IChatClient
{
    private readonly ConcurrentQueue<Asked> _asked = new();
    private readonly ConcurrentQueue<Func<Asked, Task<ChatResponse>>> _answers = new();
    private readonly ConcurrentQueue<object[]> _streams = new();
    private readonly SemaphoreSlim _entered = new(0);
    private int _disposedStreams;

    /// <summary>A part of a stream that never comes, until its token is cancelled.</summary>
    public static object Nothing { get; } = new();

    public static ChatResponseUpdate Finish => new() { FinishReason = ChatFinishReason.Stop };

    public IReadOnlyList<Asked> Asked => [.. _asked];

    public int DisposedStreams => Volatile.Read(ref _disposedStreams);

    /// <summary>Whether it says that it keeps books of calls.</summary>
    public bool WantsCallId { get; init; }

    public static ChatResponse Says(string text) => new(new ChatMessage(ChatRole.Assistant, text)) { FinishReason = ChatFinishReason.Stop };

    public static ChatResponseUpdate Usage(long input, long output) => new() { Contents = [new UsageContent(new UsageDetails { InputTokenCount = input, OutputTokenCount = output })] };

    public static ChatResponseUpdate ToolCall(string id) => new(ChatRole.Assistant, [new FunctionCallContent(id, "weather")]);

    public ScriptedModel Answers(params string[] texts) => texts.Aggregate(this, static (model, text) => model.Answers(Says(text)));

    public ScriptedModel Answers(ChatResponse response) => Answers(_ => Task.FromResult(response));

    public ScriptedModel Answers(Func<Asked, Task<ChatResponse>> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    public ScriptedModel Throws(params Exception[] exceptions) => exceptions.Aggregate(this, static (model, exception) => model.Answers(_ => Task.FromException<ChatResponse>(exception)));

    public ScriptedModel NeverAnswers() => Answers(static async asked =>
    {
        await new TaskCompletionSource().Task.WaitAsync(asked.Token);
        return Says("never");
    });

    /// <summary>A stream: strings become text, exceptions are thrown, tasks awaited, functions too (and these whatever the token says), and updates passed on.</summary>
    public ScriptedModel Streams(params object[] parts)
    {
        _streams.Enqueue(parts);
        return this;
    }

    /// <summary>Completes when the model was asked once more.</summary>
    public Task WasAskedAsync() => _entered.WaitAsync(TestContext.Current.CancellationToken);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = Enter(messages, options, cancellationToken);
        return _answers.TryDequeue(out var answer) ? await answer(asked) : Says("fine");
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Enter(messages, options, cancellationToken);
        var id = $"{provider}-{_asked.Count}";
        try
        {
            foreach (var part in _streams.TryDequeue(out var parts) ? parts : ["fine", Finish])
            {
                if (part is Exception exception)
                    throw exception;
                if (part == Nothing)
                    await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
                else if (part is Task gate)
                    await gate.WaitAsync(cancellationToken);
                else if (part is Func<Task> deaf)
                    await deaf();
                else
                    yield return part as ChatResponseUpdate ?? new ChatResponseUpdate(ChatRole.Assistant, (string)part) { MessageId = id, ResponseId = id };
            }
        }
        finally
        {
            Interlocked.Increment(ref _disposedStreams);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceKey is not null)
            return WantsCallId && serviceKey is "patterns.call_id" ? this : null;
        return serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(provider, defaultModelId: $"{provider}-large") : serviceType.IsInstanceOfType(this) ? this : null;
    }

    public void Dispose() => _entered.Dispose();

    private Asked Enter(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken token)
    {
        var asked = new Asked(messages, options, token);
        _asked.Enqueue(asked);
        _entered.Release();
        return asked;
    }
}
