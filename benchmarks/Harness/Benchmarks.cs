using System.Reflection;
using BenchmarkDotNet.Running;

namespace Harness;

/// <summary>The entry point of every benchmark project.</summary>
public static class Benchmarks
{
    public static Task<int> RunAsync(Assembly assembly, string[] arguments)
    {
        BenchmarkSwitcher.FromAssembly(assembly).Run(arguments);
        return Task.FromResult(0);
    }
}
