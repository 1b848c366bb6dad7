using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Patterns.WebhookDedup;

/// <summary>What operators see: claims and attempts by source and outcome, how long they take, and what stands in the inbox.</summary>
internal static class Telemetry
{
    public const string Name = "Patterns.WebhookDedup";

    private static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Claims = Meter.CreateCounter<long>("patterns.webhook_dedup.claims", "{event}", "Claimed events by source and outcome.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("patterns.webhook_dedup.claim.duration", "s", "Time to claim one event or one list, within its transaction.");
    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>("patterns.webhook_dedup.attempts", "{attempt}", "Attempts to work on a stored event, by source and outcome.");
    private static readonly Histogram<double> AttemptDuration = Meter.CreateHistogram<double>("patterns.webhook_dedup.attempt.duration", "s", "Time from the start of an attempt to its commit.");
    private static readonly Gauge<long> Pending = Meter.CreateGauge<long>("patterns.webhook_dedup.pending", "{event}", "Stored events that are not done.");
    private static readonly Gauge<double> OldestPending = Meter.CreateGauge<double>("patterns.webhook_dedup.pending.oldest", "s", "Age of the oldest stored event that is not done.");
    private static readonly Gauge<long> Dead = Meter.CreateGauge<long>("patterns.webhook_dedup.dead", "{event}", "Stored events that have used up their attempts.");

    public static Activity? StartRun(string source) => Activities.StartActivity("webhook_dedup run_once")?.SetTag("source", source);

    public static Activity? StartReceive(string source) => Activities.StartActivity("webhook_dedup receive")?.SetTag("source", source);

    public static Activity? StartAttempt(string source, int attempt) => Activities.StartActivity("webhook_dedup attempt", ActivityKind.Consumer)?.SetTag("source", source).SetTag("attempt", attempt);

    public static void CountAttempt(string source, string outcome)
    {
        if (Attempts.Enabled) Attempts.Add(1, new("source", source), new("outcome", outcome));
    }

    public static void RecordAttempt(TimeSpan duration, string source)
    {
        if (AttemptDuration.Enabled) AttemptDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("source", source));
    }

    public static void Record(InboxReading reading)
    {
        Pending.Record(reading.Pending);
        OldestPending.Record(reading.OldestPending.TotalSeconds);
        Dead.Record(reading.Dead);
    }

    public static long Start() => Duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public static void Stop(long started)
    {
        if (started != 0) Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    public static void Count(string source, ClaimOutcome outcome)
    {
        if (Claims.Enabled) Claims.Add(1, new("source", source), new("outcome", NameOf(outcome)));
    }

    private static string NameOf(ClaimOutcome outcome) => outcome switch
    {
        ClaimOutcome.New => "new",
        ClaimOutcome.Duplicate => "duplicate",
        ClaimOutcome.InFlight => "in_flight",
        ClaimOutcome.Stale => "stale",
        _ => "payload_mismatch",
    };
}
