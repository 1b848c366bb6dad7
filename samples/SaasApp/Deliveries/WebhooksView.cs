namespace SaasApp;

/// <summary>What the page shows: how many of everything, how fast, and the newest of each.</summary>
public sealed record WebhooksView(WebhooksView.Counts Totals, WebhooksView.Rates Throughput, IReadOnlyList<WebhooksView.EventRow> Events, IReadOnlyList<Delivery> Deliveries)
{
    /// <summary>Counts over everything in the database.</summary>
    /// <param name="Events">Genuine events.</param>
    /// <param name="Deliveries">Deliveries of any kind.</param>
    /// <param name="Duplicates">Deliveries refused because their event had taken effect, or was just about to.</param>
    /// <param name="Refused">Deliveries refused as forged or stale.</param>
    /// <param name="Effects">Payments.</param>
    public sealed record Counts(long Events, long Deliveries, long Duplicates, long Refused, long Effects);

    /// <summary>How much this process received and worked on, and what waits for any process.</summary>
    /// <param name="ReceivedPerSecond">New events received in the last second.</param>
    /// <param name="DrainedPerSecond">Stored events that were done in the last second.</param>
    /// <param name="Received">New events received since the process started.</param>
    /// <param name="Drained">Stored events that were done since the process started.</param>
    /// <param name="Pending">Stored events that are not done.</param>
    public sealed record Rates(long ReceivedPerSecond, long DrainedPerSecond, long Received, long Drained, long Pending);

    /// <summary>One genuine event.</summary>
    /// <param name="Id">Stripe's id.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="FirstAt">When its first delivery was noted.</param>
    /// <param name="Deliveries">How often it was delivered.</param>
    /// <param name="Duplicates">How many of them were refused as duplicates.</param>
    /// <param name="Effects">How many payments it brought: one, or something is wrong.</param>
    public sealed record EventRow(string Id, string? Type, DateTimeOffset FirstAt, long Deliveries, long Duplicates, long Effects);
}
