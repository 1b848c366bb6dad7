using Npgsql;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Receives events to be worked on later: key and payload are durable, or nothing is, when the answer comes. Deliveries that come at the same time share one commit.</summary>
internal sealed class WebhookIntake(IPostgres postgres, GroupCommit<ReceiveRequest, Claim> group, SourceMap sources, WakeSignal wake, TimeProvider time)
{
    private static readonly TimeSpan InFlightFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(50);

    public static GroupOptions<ReceiveRequest> Options(TimeProvider time) => new()
    {
        MaxBatch = 256,
        MaxBatchBytes = 4 << 20,
        SizeOf = static request => request.Event.Payload.Length,
        OrderBy = static request => request.Event.Id,
        Time = time,
    };

    /// <summary>Claims the event and stores it if it is new. While another open transaction has it, asks again for a while.</summary>
    public async ValueTask<Claim> ReceiveAsync(WebhookEvent webhookEvent, byte[]? fingerprint, CancellationToken ct)
    {
        var request = new ReceiveRequest(webhookEvent, fingerprint, EventOrder.Of(webhookEvent, sources.Of(webhookEvent)), Guid.CreateVersion7());
        var started = time.GetTimestamp();
        try
        {
            while (true)
            {
                var claim = await group.RunAsync(request, ct).ConfigureAwait(false);
                if (claim.Receipt.Outcome == ClaimOutcome.New)
                    wake.Raise();
                if (claim.Receipt.Outcome != ClaimOutcome.InFlight || time.GetElapsedTime(started) >= InFlightFor)
                    return claim;

                await Task.Delay(AskAgainAfter, time, ct).ConfigureAwait(false);
            }
        }
        catch (PostgresException e) when (MissingTables.Means(e))
        {
            throw MissingTables.Error(postgres, e);
        }
    }
}
