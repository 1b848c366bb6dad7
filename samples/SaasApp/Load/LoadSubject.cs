using System.Diagnostics;
using Npgsql;
using Patterns.WebhookDedup;

namespace SaasApp;

/// <summary>One way to receive events, and how fast it was.</summary>
/// <param name="name">Its name in the table.</param>
/// <param name="receive">Receives an event; false if it was no new one.</param>
/// <param name="count">The statement that counts what is stored.</param>
internal sealed class LoadSubject(string name, Func<WebhookEvent, CancellationToken, ValueTask<bool>> receive, string count)
{
    private readonly List<long> _latencies = [];
    private TimeSpan _elapsed;

    public string Name => name;

    /// <summary>Every event that was answered, also during the warm-up.</summary>
    public long Answered { get; private set; }

    public double PerSecond => _latencies.Count / _elapsed.TotalSeconds;

    /// <summary>The time within which a share of the events was answered.</summary>
    public TimeSpan Quantile(double share)
    {
        _latencies.Sort();
        return Stopwatch.GetElapsedTime(0, _latencies[(int)Math.Ceiling(_latencies.Count * share) - 1]);
    }

    public async Task WarmUpAsync(IEnumerable<LoadCaller> callers, TimeSpan time, CancellationToken ct)
    {
        await RunAsync(callers, time, ct);
        _latencies.Clear();
        _elapsed = default;
    }

    public async Task RunAsync(IEnumerable<LoadCaller> callers, TimeSpan time, CancellationToken ct)
    {
        // What one round leaves behind must not be collected in the other's.
        GC.Collect();
        var started = Stopwatch.GetTimestamp();
        var end = started + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var latencies = await Task.WhenAll(callers.Select(caller => Task.Run(() => CallAsync(caller, end, ct), ct)));
        _elapsed += Stopwatch.GetElapsedTime(started);
        foreach (var one in latencies)
        {
            _latencies.AddRange(one);
            Answered += one.Count;
        }
    }

    public async Task<long> CountStoredAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var select = source.CreateCommand(count);
        return (long)(await select.ExecuteScalarAsync(ct))!;
    }

    private async Task<List<long>> CallAsync(LoadCaller caller, long end, CancellationToken ct)
    {
        var latencies = new List<long>();
        var started = Stopwatch.GetTimestamp();
        while (started < end)
        {
            if (!await receive(caller.Next(), ct)) throw new InvalidOperationException($"{name}: an event that nobody had sent before was no new one.");
            var answered = Stopwatch.GetTimestamp();
            latencies.Add(answered - started);
            started = answered;
        }

        return latencies;
    }
}
