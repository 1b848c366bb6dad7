namespace SaasApp;

/// <summary>Money that arrived: the effect of one event.</summary>
/// <param name="Id">Its own id.</param>
/// <param name="EventId">The event that brought it.</param>
/// <param name="Type">That event's type.</param>
/// <param name="ObjectId">The invoice or checkout session that was paid.</param>
/// <param name="Customer">Stripe's id of who paid.</param>
/// <param name="Amount">In the currency's smallest unit.</param>
/// <param name="Currency">The currency's code, as Stripe writes it: three lower-case letters.</param>
/// <param name="RecordedAt">When the row was written, by the database's clock.</param>
public sealed record Payment(Guid Id, string EventId, string Type, string ObjectId, string? Customer, long? Amount, string? Currency, DateTimeOffset RecordedAt);
