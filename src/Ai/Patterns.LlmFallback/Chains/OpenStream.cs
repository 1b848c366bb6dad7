using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A model's stream, read up to its first content, or to its end when it has none.</summary>
internal sealed class OpenStream(Attempt attempt, IAsyncEnumerator<ChatResponseUpdate> updates)
{
    public Attempt Attempt => attempt;

    /// <summary>The provider's own enumerator, which stands at the last of <see cref="Held"/>.</summary>
    public IAsyncEnumerator<ChatResponseUpdate> Updates => updates;

    /// <summary>What was held back until content came, and the update that brought it.</summary>
    public List<ChatResponseUpdate> Held { get; } = [];

    /// <summary>What was received so far.</summary>
    public StreamRecord Record { get; } = new();

    /// <summary>The update that a client which does not heed its token still owes: its enumerator cannot be disposed before.</summary>
    public Task? Owed { get; set; }

    /// <summary>Whether the provider's stream came to its end.</summary>
    public bool Ended { get; set; }

    /// <summary>What the last held update says that is an error or a refusal.</summary>
    public LlmEvidence? Evidence { get; set; }
}
