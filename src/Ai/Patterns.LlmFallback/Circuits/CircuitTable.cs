using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Patterns.LlmFallback;

/// <summary>The circuits of this process: one for each client, whichever chains use it.</summary>
internal sealed class CircuitTable(IOptions<LlmFallbackOptions> options, TimeProvider time, ILoggerFactory? loggers = null)
{
    private readonly ConcurrentDictionary<object, ModelCircuit> _circuits = new(ReferenceEqualityComparer.Instance);

    /// <param name="client">The client, told apart from others by its reference.</param>
    /// <param name="name">What logs call it: the first chain and model that use it.</param>
    public ModelCircuit Of(object client, string name)
        => _circuits.GetOrAdd(client, static (_, made) => new ModelCircuit(made.Options, made.Time, made.Logger, made.Name), (Options: options.Value.Circuit, Time: time, Logger: Log.For(loggers), Name: name));
}
