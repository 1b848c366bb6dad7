using System.Diagnostics;
using System.Diagnostics.Metrics;
using Npgsql;

namespace Patterns.RlsSession;

/// <summary>What operators see: scoped calls by form and outcome, how long they take, and every bypass.</summary>
internal static class Telemetry
{
    public const string Name = "Patterns.RlsSession";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Calls = Meter.CreateCounter<long>("patterns.rls_session.calls", "{call}", "Scoped calls by form and outcome; refused are those that a policy or a missing right ended.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("patterns.rls_session.call.duration", "s", "Time from the call to its end, by form.");
    private static readonly Counter<long> Bypasses = Meter.CreateCounter<long>("patterns.rls_session.bypasses", "{call}", "Calls that ran past the policies.");
    private static readonly Counter<long> WithoutTenant = Meter.CreateCounter<long>("patterns.rls_session.requests_without_tenant", "{request}", "Requests that were answered 403 because they had no tenant.");

    public static long Start() => Duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public static void Stop(long started, string form, Exception? failure = null)
    {
        if (started != 0)
            Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("form", form));
        if (Calls.Enabled)
            Calls.Add(1, new("form", form), new("outcome", failure switch { null => "done", PostgresException { SqlState: "42501" } => "refused", OperationCanceledException => "cancelled", _ => "failed" }));
    }

    public static void CountBypass() => Bypasses.Add(1);

    public static void CountWithoutTenant() => WithoutTenant.Add(1);
}
