namespace SaasApp;

/// <summary>One delivery and what it was told.</summary>
/// <param name="At">When it was answered.</param>
/// <param name="EventId">The event; null where the signature was not good, because then nothing in the body can be believed.</param>
/// <param name="Type">The event's type; null as above.</param>
/// <param name="Status">The status code; null where there was no answer.</param>
/// <param name="Outcome">One of <see cref="DeliveryOutcome"/>.</param>
public sealed record Delivery(DateTimeOffset At, string? EventId, string? Type, int? Status, string Outcome);
