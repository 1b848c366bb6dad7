namespace Patterns.Stripe;

/// <summary>What a v2 notification is about.</summary>
/// <param name="Id">The object's id.</param>
/// <param name="Type">The object's type, such as <c>billing.meter</c> or <c>subscription</c>.</param>
/// <param name="Url">The path to fetch it from, such as <c>/v1/billing/meters/mtr_1</c>.</param>
public sealed record StripeRelatedObject(string Id, string Type, string Url);
