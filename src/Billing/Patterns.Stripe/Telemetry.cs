using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Patterns.Stripe;

/// <summary>What operators see: calls by resource and outcome, retries by reason, and how long calls take with their retries.</summary>
internal static class Telemetry
{
    private const string Name = "Patterns.Stripe";
    private static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Calls = Meter.CreateCounter<long>("patterns.stripe.calls", "{call}", "Calls by resource, method and status.");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("patterns.stripe.retries", "{retry}", "Repeated attempts by resource and reason.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("patterns.stripe.duration", "s", "Time of calls with their retries.");

    public static long Start() => Duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public static Activity? Start(StripeRequest request)
    {
        if (!Activities.HasListeners()) return null;
        var activity = Activities.StartActivity($"{request.Method.Method} {ResourceOf(request.Path)}", ActivityKind.Client);
        activity?.SetTag("http.request.method", request.Method.Method);
        return activity;
    }

    public static void Answered(Activity? activity, StripeRequest request, StripeResponse response, long started)
    {
        if (activity is not null)
        {
            activity.SetTag("http.response.status_code", response.Status);
            activity.SetTag("http.request.resend_count", response.Attempts - 1);
            activity.SetTag("stripe.request_id", response.RequestId);
            if (response.Status >= 400) activity.SetStatus(ActivityStatusCode.Error);
        }
        Record(request, response.Status, started);
    }

    public static void Unanswered(Activity? activity, StripeRequest request, Exception exception, long started)
    {
        activity?.SetTag("error.type", exception is OperationCanceledException ? "cancelled" : "connection");
        activity?.SetStatus(ActivityStatusCode.Error);
        Record(request, status: 0, started);
    }

    public static void Retried(StripeRequest request, string reason)
    {
        if (Retries.Enabled) Retries.Add(1, new("resource", ResourceOf(request.Path)), new("reason", reason));
    }

    private static void Record(StripeRequest request, int status, long started)
    {
        if (Calls.Enabled) Calls.Add(1, new("resource", ResourceOf(request.Path)), new("http.request.method", request.Method.Method), new("http.response.status_code", status));
        if (started != 0) Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new("resource", ResourceOf(request.Path)), new("http.request.method", request.Method.Method));
    }

    // The first part alone, such as /v1/subscriptions: what follows may be an id.
    private static string ResourceOf(string path)
    {
        var end = path.AsSpan(4).IndexOfAny('/', '?');
        return end < 0 ? path : path[..(4 + end)];
    }
}
