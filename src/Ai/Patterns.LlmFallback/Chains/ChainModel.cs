using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>One model of one chain, ready to be asked.</summary>
internal sealed class ChainModel(int place, string name, IChatClient client, LlmModelOptions options, ModelCircuit circuit)
{
    // A client that keeps books of calls answers for this key, and is then told the call's id and the attempt's number in the options' additional properties.
    private const string CallIdKey = "patterns.call_id";

    /// <summary>The place in the chain, from 0.</summary>
    public int Place { get; } = place;

    public string Name { get; } = name;

    public IChatClient Client { get; } = client;

    public LlmModelOptions Options { get; } = options;

    /// <summary>Shared by all chains whose factories gave the same client.</summary>
    public ModelCircuit Circuit { get; } = circuit;

    public string? Provider { get; } = options.Provider ?? client.GetService<ChatClientMetadata>()?.ProviderName;

    public bool WantsCallId { get; } = client.GetService(typeof(IChatClient), CallIdKey) is not null;
}
