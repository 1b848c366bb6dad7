using Microsoft.Extensions.DependencyInjection;

namespace Patterns.LlmFallback;

/// <summary>The names of the chains that were added so far. A container wants its keys when services are added; the options are made later.</summary>
internal sealed class ChainNames
{
    public HashSet<string> Chats { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Embeddings { get; } = new(StringComparer.Ordinal);

    /// <summary>The unkeyed client of the only chain, to be taken back when a second chain comes.</summary>
    public ServiceDescriptor? OnlyChat { get; set; }

    /// <inheritdoc cref="OnlyChat"/>
    public ServiceDescriptor? OnlyEmbedding { get; set; }
}
