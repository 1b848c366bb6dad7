namespace Patterns.LlmFallback;

/// <summary>A chain of either kind, as operators see it.</summary>
internal interface IModelChain
{
    string Name { get; }

    /// <summary>The models with their circuits, in order.</summary>
    IEnumerable<(string Model, ModelCircuit Circuit)> Circuits { get; }
}
