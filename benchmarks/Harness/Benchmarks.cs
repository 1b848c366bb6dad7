using System.Reflection;

namespace Harness;

/// <summary>The entry point of every benchmark project: <c>&lt;Name&gt; [--quick]</c> runs the class <c>&lt;Name&gt;Benchmarks</c>, <c>&lt;Name&gt; --plot</c> draws its last results.</summary>
/// <remarks>
/// A class measures single calls with BenchmarkDotNet's own attributes, calls of many callers by being an
/// <see cref="IClosedLoopBenchmark"/>, and packages of other platforms with <see cref="PeerAttribute"/>; all in one run.
/// </remarks>
public static class Benchmarks
{
    /// <returns>0 when everything ran and the results are written, 1 when a benchmark failed, 2 when there is no such class.</returns>
    public static async Task<int> RunAsync(Assembly assembly, string[] arguments)
    {
        var quick = arguments.Contains("--quick", StringComparer.Ordinal);
        var name = arguments.FirstOrDefault(static argument => !argument.StartsWith('-'));
        var type = assembly.GetTypes().SingleOrDefault(type => type.Name == name + "Benchmarks");
        if (name is null || type is null)
        {
            await Console.Error.WriteLineAsync($"There is no class {name}Benchmarks in {assembly.GetName().Name}.");
            return 2;
        }

        if (arguments.Contains("--plot", StringComparer.Ordinal))
        {
            await Report.PlotAsync(name);
            return 0;
        }

        var notes = new List<string>();
        var measurements = new List<Measurement>(SingleCalls.Run(type, quick));
        if (type.IsAssignableTo(typeof(IClosedLoopBenchmark)))
        {
            var benchmark = (IClosedLoopBenchmark)Activator.CreateInstance(type)!;
            var loop = new ClosedLoop(quick);
            await benchmark.RunAsync(loop);
            measurements.AddRange(loop.Measurements);
            notes.AddRange(loop.Notes);
        }

        foreach (var peer in type.GetCustomAttributes<PeerAttribute>())
        {
            measurements.AddRange(await PeerScript.RunAsync(peer.Script, environment: []));
        }

        await Report.WriteAsync(name, measurements, notes, quick);
        return 0;
    }
}
