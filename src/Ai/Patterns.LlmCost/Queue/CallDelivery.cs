using Microsoft.Extensions.Logging;
using Npgsql;

namespace Patterns.LlmCost;

/// <summary>Books batches of the queue, and does not give up while the database is not to be had.</summary>
internal sealed class CallDelivery(CallBooking booking, Action<LlmCall> reject, TimeProvider time, ILogger logger, CancellationToken stop)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Books until all are booked, or refused for good. False when that could not be done before the stop.</summary>
    public async Task<bool> BookAsync(IReadOnlyList<LlmCall> calls)
    {
        var (left, failure) = await TryBookAsync(calls).ConfigureAwait(false);
        if (failure is null)
            return true;

        Log.BookingWaits(logger, left.Count, failure);
        for (var pause = FirstPause; failure is not null; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (stop.IsCancellationRequested)
                return false;
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // One before the others: were all sent while the database comes back, the first might fail and the last succeed, and the order be lost.
            (_, failure) = await TryBookAsync([left[0]]).ConfigureAwait(false);
            if (failure is null)
                (left, failure) = await TryBookAsync([.. left.Skip(1)]).ConfigureAwait(false);
        }

        Log.BookingGoesOn(logger);
        return true;
    }

    private async Task<(IReadOnlyList<LlmCall> Left, Exception? Failure)> TryBookAsync(IReadOnlyList<LlmCall> calls)
    {
        var sent = new Task[calls.Count];
        for (var i = 0; i < sent.Length; i++)
            sent[i] = booking.RecordAsync(calls[i], CancellationToken.None).AsTask();

        List<LlmCall>? left = null;
        Exception? failure = null;
        for (var i = 0; i < sent.Length; i++)
        {
            try
            {
                await sent[i].ConfigureAwait(false);
            }
            catch (Exception e) when (IsRefused(e))
            {
                Reject(calls[i], e);
            }
            catch (Exception e)
            {
                failure = e;
                (left ??= []).Add(calls[i]);
            }
        }

        return (left ?? [], failure);
    }

    /// <summary>Whether the row is at fault, so that no other try would help: data (22), a constraint (23; a partition that may not be made any more is one), a limit (54).</summary>
    private static bool IsRefused(Exception failure) => failure is OverflowException or PostgresException { SqlState: ['2', '2' or '3', ..] or ['5', '4', ..] };

    private void Reject(LlmCall call, Exception failure)
    {
        Telemetry.CountRejected();
        Log.Rejected(logger, call.CallId, call.Attempt, failure);
        try
        {
            reject(call);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.RejectedNotKept(logger, call.CallId, call.Attempt, e);
        }
    }
}
