using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Patterns.AuditLog;

/// <summary>What operators see: entries by outcome, runs of the sealer with what they sealed and how long they took, and what failed. Batches are seen in Patterns.Postgres.</summary>
internal static class Telemetry
{
    public const string Name = "Patterns.AuditLog";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Appended = Meter.CreateCounter<long>("patterns.audit_log.entries", "{entry}", "Entries that were appended, by outcome.");
    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("patterns.audit_log.runs", "{run}", "Runs that were written, by kind.");
    private static readonly Counter<long> Sealed = Meter.CreateCounter<long>("patterns.audit_log.sealed", "{entry}", "Entries that were sealed.");
    private static readonly Counter<long> Seals = Meter.CreateCounter<long>("patterns.audit_log.seals", "{seal}", "Seals that were written.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("patterns.audit_log.run.duration", "s", "Time that a run of the sealer took.");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("patterns.audit_log.failures", "{failure}", "What failed and is tried again: sealing, anchors, retention; and entries of refused requests, which are lost.");

    private static readonly Counter<long> Found = Meter.CreateCounter<long>("patterns.audit_log.findings", "{finding}", "Findings of verifications, by kind.");
    private static readonly Gauge<double> Lag = Meter.CreateGauge<double>("patterns.audit_log.stream.lag", "s", "How much older than the newest run that is which the reader of the sealed stream has reached.");

    public static ActivitySource Source { get; } = new(Name);

    public static long Start() => Duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public static void Stop(long started)
    {
        if (started != 0)
            Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    public static void CountAppended(AppendOutcome outcome)
    {
        if (Appended.Enabled)
            Appended.Add(1, new KeyValuePair<string, object?>("outcome", outcome == AppendOutcome.Recorded ? "recorded" : "already_recorded"));
    }

    public static void CountRun(RunKind kind, int entries, int seals)
    {
        Runs.Add(1, new KeyValuePair<string, object?>("kind", kind switch { RunKind.Seals => "seals", RunKind.Heartbeat => "heartbeat", RunKind.Epoch => "epoch", _ => "drop" }));
        Sealed.Add(entries);
        Seals.Add(seals);
    }

    public static void CountFindings(IReadOnlyDictionary<FindingKind, long> counts)
    {
        foreach (var (kind, count) in counts)
            Found.Add(count, new KeyValuePair<string, object?>("kind", JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString())));
    }

    public static void StreamLag(TimeSpan lag) => Lag.Record(lag.TotalSeconds);

    public static void CountSealFailure() => CountFailure("seal");

    public static void CountAnchorFailure() => CountFailure("anchor");

    public static void CountRetentionFailure() => CountFailure("retention");

    public static void CountDeniedFailure() => CountFailure("denied");

    private static void CountFailure(string what) => Failures.Add(1, new KeyValuePair<string, object?>("what", what));
}
