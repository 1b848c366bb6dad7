using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Patterns.WebhookDedup;

/// <summary>What operators see: claims by source and outcome, and how long they take.</summary>
internal static class Telemetry
{
    public const string Name = "Patterns.WebhookDedup";

    private static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Claims = Meter.CreateCounter<long>("patterns.webhook_dedup.claims", "{event}", "Claimed events by source and outcome.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("patterns.webhook_dedup.claim.duration", "s", "Time to claim one event or one list, within its transaction.");

    public static Activity? StartRun(string source) => Activities.StartActivity("webhook_dedup run_once")?.SetTag("source", source);

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
        _ => "payload_mismatch",
    };
}
