namespace SaasApp;

/// <summary>What a delivery is told.</summary>
/// <param name="Outcome">One of <see cref="DeliveryOutcome"/>.</param>
/// <param name="Deliveries">How many deliveries of the event are known.</param>
public sealed record WebhookAnswer(string Outcome, int Deliveries);
