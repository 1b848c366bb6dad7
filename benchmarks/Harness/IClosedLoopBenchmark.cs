namespace Harness;

/// <summary>A benchmark class that measures its subjects under many callers.</summary>
public interface IClosedLoopBenchmark
{
    /// <summary>Starts the servers, calls <see cref="ClosedLoop.MeasureAsync"/> once per case, and stops the servers.</summary>
    Task RunAsync(ClosedLoop loop);
}
