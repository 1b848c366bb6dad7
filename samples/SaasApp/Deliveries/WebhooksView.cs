namespace SaasApp;

/// <summary>What the page shows: how many of everything, and the newest of each.</summary>
public sealed record WebhooksView(WebhooksView.Counts Totals, IReadOnlyList<WebhooksView.EventRow> Events, IReadOnlyList<Delivery> Deliveries)
{
    /// <summary>Counts over everything in the database.</summary>
    /// <param name="Events">Genuine events.</param>
    /// <param name="Deliveries">Deliveries of any kind.</param>
    /// <param name="Duplicates">Deliveries refused because their event had taken effect, or was just about to.</param>
    /// <param name="Refused">Deliveries refused as forged or stale.</param>
    /// <param name="Effects">Payments.</param>
    public sealed record Counts(long Events, long Deliveries, long Duplicates, long Refused, long Effects);

    /// <summary>One genuine event.</summary>
    /// <param name="Id">Stripe's id.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="FirstAt">When its first delivery was noted.</param>
    /// <param name="Deliveries">How often it was delivered.</param>
    /// <param name="Duplicates">How many of them were refused as duplicates.</param>
    /// <param name="Effects">How many payments it brought: one, or something is wrong.</param>
    public sealed record EventRow(string Id, string? Type, DateTimeOffset FirstAt, long Deliveries, long Duplicates, long Effects);
}
