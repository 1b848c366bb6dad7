using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Patterns.WebhookSecurity;

/// <summary>What operators see: verifications by outcome, matches by key, and how long verification takes.</summary>
internal static class Telemetry
{
    private const string Name = "Patterns.WebhookSecurity";
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Verifications = Meter.CreateCounter<long>("patterns.webhook_security.verifications", "{webhook}", "Webhooks by source and outcome.");
    private static readonly Counter<long> KeyMatches = Meter.CreateCounter<long>("patterns.webhook_security.key_matches", "{webhook}", "Genuine webhooks by source and the key that matched.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("patterns.webhook_security.duration", "s", "Time to verify, with the fetch of keys.");

    public static ActivitySource Activities { get; } = new(Name);

    public static long Start() => Duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public static void Record(string source, WebhookOutcome outcome, string? keyId, long started)
    {
        if (Verifications.Enabled) Verifications.Add(1, new("source", source), new("outcome", NameOf(outcome)));
        if (keyId is not null && KeyMatches.Enabled) KeyMatches.Add(1, new("source", source), new("key.id", keyId));
        if (started != 0) Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new("source", source), new("outcome", NameOf(outcome)));
    }

    public static string NameOf(WebhookOutcome outcome) => outcome switch
    {
        WebhookOutcome.Valid => "valid",
        WebhookOutcome.MissingSignature => "missing_signature",
        WebhookOutcome.Malformed => "malformed",
        WebhookOutcome.BadSignature => "bad_signature",
        WebhookOutcome.TooOld => "too_old",
        WebhookOutcome.FromFuture => "from_future",
        WebhookOutcome.BodyTooLarge => "body_too_large",
        _ => "keys_unavailable",
    };
}
