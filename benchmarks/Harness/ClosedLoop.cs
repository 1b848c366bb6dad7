using System.Diagnostics;
using System.Globalization;

namespace Harness;

/// <summary>
/// Measures subjects under callers that each send the next call when the last one is answered. The rounds of the subjects alternate, so that
/// whatever disturbs the machine meets all of them; every figure is the median of the rounds.
/// </summary>
public sealed class ClosedLoop(bool quick = false)
{
    private readonly List<Measurement> _measurements = [];
    private readonly List<string> _notes = [];

    public IReadOnlyList<Measurement> Measurements => _measurements;

    public IReadOnlyList<string> Notes => _notes;

    public IReadOnlyList<int> Callers { get; set; } = [1, 16, 64, 256];

    public int Rounds { get; set; } = quick ? 1 : 7;

    public TimeSpan RoundTime { get; set; } = TimeSpan.FromSeconds(quick ? 0.2 : 1.5);

    public TimeSpan WarmUp { get; set; } = TimeSpan.FromSeconds(quick ? 0.1 : 2);

    /// <summary>Adds a sentence above the table, such as the server's version and its durability.</summary>
    public void Note(string note) => _notes.Add(note);

    /// <summary>Adds what was measured elsewhere, such as by <see cref="PeerScript"/>.</summary>
    public void Add(IEnumerable<Measurement> measurements) => _measurements.AddRange(measurements);

    /// <summary>Measures the peers of a script of <c>benchmarks/peers</c> with the same callers, rounds and times, on the same database.</summary>
    /// <param name="script">The file's name, such as <c>webhook-dedup.mjs</c>.</param>
    /// <param name="connectionString">Where the database is, in Npgsql's form.</param>
    /// <param name="environment">What else the script must know.</param>
    public async Task MeasurePeersAsync(string script, string connectionString, params (string Name, string Value)[] environment) => _measurements.AddRange(await PeerScript.RunAsync(
        script,
        [
            ("DATABASE_URL", PeerScript.Url(connectionString)),
            ("CALLERS", string.Join(',', Callers)),
            ("ROUNDS", Rounds.ToString(CultureInfo.InvariantCulture)),
            ("ROUND_SECONDS", RoundTime.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
            ("WARM_UP_SECONDS", WarmUp.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
            .. environment,
        ]));

    /// <summary>Runs every contender with every number of callers. A call that throws ends the benchmark: a failing subject has no speed.</summary>
    public async Task MeasureAsync(string name, params Contender[] contenders)
    {
        foreach (var callers in Callers)
        {
            var rounds = contenders.ToDictionary(static contender => contender, static _ => new List<Round>());
            foreach (var contender in contenders)
            {
                await RunAsync(contender, callers, WarmUp);
            }

            for (var round = 0; round < Rounds; round++)
            {
                // Every second round goes backwards: a subject must not always follow the same one.
                foreach (var contender in round % 2 == 0 ? contenders : contenders.Reverse())
                {
                    rounds[contender].Add(await RunAsync(contender, callers, RoundTime));
                }
            }

            foreach (var contender in contenders)
            {
                var measurement = Summarize(name, callers, contender.Subject, rounds[contender]);
                _measurements.Add(measurement);
                Console.WriteLine($"{name}, {callers} callers, {contender.Subject}: {measurement.OpsPerSecond:N0}/s, p50 {measurement.P50Ms:N3} ms, p99 {measurement.P99Ms:N3} ms");
            }
        }
    }

    private static async Task<Round> RunAsync(Contender contender, int callers, TimeSpan time)
    {
        var operations = new Func<ValueTask>[callers];
        for (var caller = 0; caller < callers; caller++)
        {
            operations[caller] = await contender.Prepare(caller);
        }

        var latencies = new Latencies();
        var ready = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = operations.Select(operation => Task.Run(() => CallAsync(operation, ready.Task, latencies))).ToArray();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        ready.SetResult(start + (long)(time.TotalSeconds * Stopwatch.Frequency));
        await Task.WhenAll(running);
        var elapsed = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new Round(
            latencies.Count / elapsed.TotalSeconds,
            latencies.Quantile(0.5).TotalMilliseconds,
            latencies.Quantile(0.99).TotalMilliseconds,
            (double)allocated / latencies.Count);
    }

    private static async Task CallAsync(Func<ValueTask> operation, Task<long> ready, Latencies latencies)
    {
        var end = await ready;
        var started = Stopwatch.GetTimestamp();
        do
        {
            await operation();
            var done = Stopwatch.GetTimestamp();
            latencies.Add(done - started);
            started = done;
        }
        while (started < end);
    }

    private static Measurement Summarize(string name, int callers, string subject, List<Round> rounds) => new(
        name,
        callers,
        subject,
        Median(rounds, static round => round.OpsPerSecond),
        P50Ms: Median(rounds, static round => round.P50Ms),
        P99Ms: Median(rounds, static round => round.P99Ms),
        BytesPerOp: Median(rounds, static round => round.BytesPerOp));

    private static double Median(List<Round> rounds, Func<Round, double> figure)
    {
        var sorted = rounds.Select(figure).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private sealed record Round(double OpsPerSecond, double P50Ms, double P99Ms, double BytesPerOp);
}
