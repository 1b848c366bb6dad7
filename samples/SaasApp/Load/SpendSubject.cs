using System.Diagnostics;

namespace SaasApp;

/// <summary>One way of spending, and what was measured of it so far.</summary>
internal sealed class SpendSubject(string name, string style, Func<CancellationToken, Task> spend, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Lock _lock = new();
    private readonly List<SpendFigures.Sample> _samples = [];
    private List<long> _latencies = [];
    private long _answered;

    public SpendFigures Read(long? missing = null)
    {
        lock (_lock) return new(name, style, [.. _samples], _answered, missing);
    }

    /// <summary>So many callers spend, each again as soon as it is answered, for a time.</summary>
    public async Task RunAsync(int callers, TimeSpan length, Action changed, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var calling = Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(over.Token), ct)));
        using var timer = new PeriodicTimer(Interval, time);
        for (var sampled = 0; sampled < length / Interval; sampled++)
        {
            var from = Stopwatch.GetTimestamp();
            await timer.WaitForNextTickAsync(ct);
            Take(Stopwatch.GetElapsedTime(from));
            changed();
        }

        // The callers are not interrupted: each ends with its answer, so that what is answered can be counted.
        await over.CancelAsync();
        await calling;
        lock (_lock) _latencies = [];
    }

    private async Task CallAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var from = Stopwatch.GetTimestamp();
            await spend(CancellationToken.None);
            var took = Stopwatch.GetTimestamp() - from;
            lock (_lock)
            {
                _answered++;
                _latencies.Add(took);
            }
        }
    }

    private void Take(TimeSpan elapsed)
    {
        lock (_lock)
        {
            var latencies = _latencies;
            _latencies = [];
            latencies.Sort();
            var second = (_samples.Count + 1) * Interval.TotalSeconds;
            var p99 = latencies.Count == 0 ? 0 : Stopwatch.GetElapsedTime(0, latencies[(int)Math.Ceiling(latencies.Count * 0.99) - 1]).TotalMilliseconds;
            _samples.Add(new(second, latencies.Count / elapsed.TotalSeconds, p99));
        }
    }
}
