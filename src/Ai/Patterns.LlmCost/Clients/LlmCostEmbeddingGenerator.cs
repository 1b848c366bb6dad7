using Microsoft.Extensions.AI;

namespace Patterns.LlmCost;

/// <summary>Books what every call through it used, as <see cref="LlmCostChatClient"/> does for chats: one row for each call, on the account of <see cref="LlmCostScope"/> or of the options' <c>AdditionalProperties</c>.</summary>
/// <typeparam name="TInput">What is embedded.</typeparam>
/// <typeparam name="TEmbedding">The embedding.</typeparam>
public sealed class LlmCostEmbeddingGenerator<TInput, TEmbedding> : DelegatingEmbeddingGenerator<TInput, TEmbedding>
    where TEmbedding : Embedding
{
    private readonly CallRecorder _recorder;

    /// <summary>Wraps the generator of one model.</summary>
    /// <param name="inner">The generator; it is disposed with this one.</param>
    /// <param name="cost">The ledger.</param>
    /// <param name="provider">The provider as the prices name it: 1 to 100 characters.</param>
    /// <param name="tier">The price tier: <c>standard</c>, <c>batch</c>, <c>flex</c> or <c>priority</c>.</param>
    /// <param name="region">The region whose prices apply; empty for the general ones.</param>
    /// <exception cref="ArgumentException">The provider is empty or the tier is none of the four.</exception>
    public LlmCostEmbeddingGenerator(IEmbeddingGenerator<TInput, TEmbedding> inner, ILlmCost cost, string provider, string tier = "standard", string region = "")
        : base(inner) => _recorder = new(cost, "embeddings", provider, (inner.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata)?.DefaultModelId, tier, region);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The call has no tenant and <see cref="LlmCostOptions.RequireTenant"/> is set; it was not made.</exception>
    public override async Task<GeneratedEmbeddings<TEmbedding>> GenerateAsync(IEnumerable<TInput> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var asked = values as IReadOnlyCollection<TInput> ?? [.. values];
        cancellationToken.ThrowIfCancellationRequested();
        var start = _recorder.Begin(options?.AdditionalProperties, options?.ModelId);
        var meter = new CallMeter(_recorder);
        GeneratedEmbeddings<TEmbedding> embeddings;
        try
        {
            embeddings = await base.GenerateAsync(asked, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await _recorder.EndAsync(start, meter, e is OperationCanceledException ? SizeOf(asked) : null).ConfigureAwait(false);
            throw;
        }

        meter.Count(embeddings.Count > 0 ? embeddings[0].ModelId : null, embeddings.Usage);
        await _recorder.EndAsync(start, meter, embeddings.Usage is null ? SizeOf(asked) : null).ConfigureAwait(false);
        return embeddings;
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is string key && key == CallAttribution.CallIdKey && serviceType == typeof(IEmbeddingGenerator<TInput, TEmbedding>) ? this : base.GetService(serviceType, serviceKey);
    }

    private long SizeOf(IReadOnlyCollection<TInput> asked) => _recorder.SizeOf(asked, static values => values.Sum(static value => TextEstimate.Bytes(value as string)));
}
