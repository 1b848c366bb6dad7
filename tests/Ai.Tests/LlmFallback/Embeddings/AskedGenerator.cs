using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Embeddings;

/// <summary>A client that keeps what it was asked, and answers each value with a vector of its own, or fails as it is told.</summary>
internal sealed class AskedGenerator(float own = 1, string? provider = null) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly Lock _gate = new();
    private int _count;

    public Queue<Exception> Failures { get; } = new();

    public Exception? Always { get; set; }

    /// <summary>How many vectors it leaves out.</summary>
    public int Missing { get; set; }

    public Action? OnAsked { get; set; }

    public Func<CancellationToken, Task>? BeforeAnswer { get; set; }

    /// <summary>While set, whoever asks waits for it, whatever the token says.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public EmbeddingGenerationOptions? LastOptions { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Exception? failure;
        lock (_gate)
        {
            _count++;
            LastOptions = options;
            failure = Always ?? (Failures.TryDequeue(out var next) ? next : null);
        }

        OnAsked?.Invoke();
        if (BeforeAnswer is { } before)
            await before(cancellationToken);
        if (Gate is { } gate)
            await gate.Task;
        cancellationToken.ThrowIfCancellationRequested();
        return failure is not null ? throw failure : new GeneratedEmbeddings<Embedding<float>>(values.Skip(Missing).Select(_ => new Embedding<float>(new[] { own, own })));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata(provider) : null;

    public void Dispose()
    {
    }
}
