using System.Reflection;
using LoopbackModels;
using Xunit.Sdk;
using Xunit.v3;

namespace Ai.Tests;

/// <summary>Runs a theory once for every wire format.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EachApiAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Enum.GetValues<ModelApi>().Select(static api => new TheoryDataRow<ModelApi>(api))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
