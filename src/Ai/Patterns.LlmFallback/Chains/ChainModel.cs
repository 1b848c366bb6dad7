using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>One model of one chain, ready to be asked.</summary>
internal sealed class ChainModel(int place, string name, IChatClient client, LlmModelOptions options, ModelCircuit circuit)
{
    /// <summary>The place in the chain, from 0.</summary>
    public int Place { get; } = place;

    public string Name { get; } = name;

    public IChatClient Client { get; } = client;

    public LlmModelOptions Options { get; } = options;

    /// <summary>Shared by all chains whose factories gave the same client.</summary>
    public ModelCircuit Circuit { get; } = circuit;

    public string? Provider { get; } = options.Provider ?? client.GetService<ChatClientMetadata>()?.ProviderName;

    /// <summary>What the provider calls the model, for telemetry.</summary>
    public string ModelId { get; } = client.GetService<ChatClientMetadata>()?.DefaultModelId ?? name;

    /// <summary>A client that keeps books of calls answers for this key, and is then told the call's id and the attempt's number in the options' additional properties.</summary>
    public bool WantsCallId { get; } = client.GetService(typeof(IChatClient), CallMarks.CallId) is not null;

    public RetryWarning RetryWarning { get; } = new();
}
