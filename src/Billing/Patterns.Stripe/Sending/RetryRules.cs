using System.Net.Sockets;
using Polly;
using Polly.Timeout;

namespace Patterns.Stripe.Sending;

/// <summary>When an attempt is repeated and after how long: as stripe-node 23 and Stripe.net 52 do, read in their source.</summary>
internal static class RetryRules
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

    /// <param name="call">The call.</param>
    /// <param name="retries">The retries made so far.</param>
    /// <param name="outcome">What the last attempt came to.</param>
    public static bool ShouldRetry(StripeCall call, int retries, Outcome<StripeResponse> outcome)
    {
        if (outcome.Exception is { } exception && !IsUnanswered(exception)) return false;

        // A kept-alive connection that the server had closed: the request most likely never arrived. The SDKs repeat it once even with retries off; here only where the
        // key makes that safe.
        if (retries == 0 && call.IdempotencyKey is not null && outcome.Exception is { } lost && IsClosedConnection(lost)) return true;
        if (retries >= call.MaxRetries) return false;
        if (outcome.Exception is not null) return true;
        return call.ShouldRetry ?? outcome.Result!.Status is 409 or >= 500;
    }

    /// <param name="retries">The retries made so far.</param>
    /// <param name="retryAfter">How long Stripe asked to wait; more than 30 seconds is not heeded.</param>
    public static TimeSpan Delay(int retries, TimeSpan? retryAfter)
    {
        var delay = Math.Min(FirstDelay.TotalSeconds * Math.Pow(2, retries), LongestDelay.TotalSeconds);
#pragma warning disable CA5394 // Spreads retries; nothing depends on it being unpredictable.
        delay *= 0.75 + (0.25 * Random.Shared.NextDouble());
#pragma warning restore CA5394
        var computed = TimeSpan.FromSeconds(Math.Max(delay, FirstDelay.TotalSeconds));
        return retryAfter > computed && retryAfter <= LongestRetryAfter ? retryAfter.Value : computed;
    }

    /// <summary>Whether an attempt ended without a whole answer. A cancellation that is not the caller's is a timeout that was set on the <see cref="HttpClient"/>.</summary>
    public static bool IsUnanswered(Exception exception) => exception is HttpRequestException or IOException or TimeoutRejectedException or OperationCanceledException;

    private static bool IsClosedConnection(Exception? exception) => exception switch
    {
        // To give up waiting closes the connection too, from this side: the socket may say so deep inside.
        null or TimeoutRejectedException or OperationCanceledException => false,
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => true,
        SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted } => true,
        _ => IsClosedConnection(exception.InnerException),
    };
}
