using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Harness;

/// <summary>Runs a class's <c>[Benchmark(Description = "Subject: case")]</c> methods with BenchmarkDotNet.</summary>
internal static class SingleCalls
{
    public static IEnumerable<Measurement> Run(Type type, bool quick)
    {
        if (!type.GetMethods().Any(static method => method.IsDefined(typeof(BenchmarkAttribute), inherit: false)))
        {
            return [];
        }

        var job = quick ? Job.Dry : Job.Default.WithWarmupCount(5).WithIterationCount(15);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .WithBuildTimeout(TimeSpan.FromMinutes(10)) // the default of 2 is too short for the larger projects on a busy machine
            .WithArtifactsPath(Path.Combine(Repository.Root, "artifacts", "benchmarks"));
        var summary = BenchmarkRunner.Run(type, config);
        if (summary.HasCriticalValidationErrors || summary.Reports.IsEmpty || summary.Reports.Any(static report => !report.Success))
        {
            throw new InvalidOperationException($"{type.Name} did not run to its end: BenchmarkDotNet's log is above.");
        }

        return summary.Reports.Select(ToMeasurement).ToList();
    }

    private static Measurement ToMeasurement(BenchmarkReport report)
    {
        var benchmark = report.BenchmarkCase;
        if (benchmark.Descriptor.WorkloadMethodDisplayInfo.Trim('\'').Split(": ", count: 2) is not [var subject, var name])
        {
            throw new InvalidOperationException(
                $"{benchmark.Descriptor.WorkloadMethod.Name} needs [Benchmark(Description = \"Raw: what is called\")]: the subject, a colon, the case.");
        }

        var parameters = string.Concat(benchmark.Parameters.Items.Select(static item => $", {item.Name} {item.Value}"));
        var time = report.ResultStatistics!.Median;
        return new Measurement(name + parameters, Callers: null, subject, 1e9 / time, time, BytesPerOp: report.GcStats.GetBytesAllocatedPerOperation(benchmark));
    }
}
