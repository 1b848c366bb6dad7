using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Patterns.LlmFallback;

/// <summary>Makes the chains from their options and finds them by name. The container keeps them, as keyed singletons.</summary>
internal sealed class ChainSet(
    IServiceProvider services, IOptions<LlmFallbackOptions> options, CircuitTable circuits, EvidenceReader evidence, FaultClassifier faults, TimeProvider time, ILoggerFactory? loggers = null)
{
    public IEnumerable<string> Names => options.Value.Chains.Keys.Concat(options.Value.EmbeddingChains.Keys);

    public Chain Make(string name)
    {
        var chain = options.Value.Chains[name];
        var models = new List<ChainModel>();
        foreach (var (model, make, settings) in chain.Models)
        {
            var client = make(services) ?? throw new InvalidOperationException($"The factory of model '{model}' of chain '{name}' made no client.");
            models.Add(new ChainModel(models.Count, model, client, settings, circuits.Of(client, $"{name}/{model}")));
        }
        return new Chain(name, models, chain, evidence, faults, time, Log.For(loggers));
    }

    public EmbeddingChain MakeEmbeddings(string name)
    {
        var chain = options.Value.EmbeddingChains[name];
        var models = new List<EmbeddingModel>();
        foreach (var (model, _, make, provider) in chain.Models)
        {
            var client = make(services) ?? throw new InvalidOperationException($"The factory of model '{model}' of embedding chain '{name}' made no client.");
            models.Add(new EmbeddingModel(models.Count, model, client, provider, circuits.Of(client, $"{name}/{model}")));
        }
        return new EmbeddingChain(name, models, chain, evidence, faults, time, Log.For(loggers));
    }

    /// <summary>The models of a chain of either kind with their circuits, in order.</summary>
    /// <exception cref="ArgumentException">There is no such chain.</exception>
    public IReadOnlyList<(string Model, ModelCircuit Circuit)> Models(string chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        if (options.Value.Chains.ContainsKey(chain))
            return [.. services.GetRequiredKeyedService<Chain>(chain).Circuits];
        if (options.Value.EmbeddingChains.ContainsKey(chain))
            return [.. services.GetRequiredKeyedService<EmbeddingChain>(chain).Circuits];

        throw new ArgumentException($"There is no chain '{chain}'. There are: {string.Join(", ", Names.Select(static n => $"'{n}'"))}.", nameof(chain));
    }
}
