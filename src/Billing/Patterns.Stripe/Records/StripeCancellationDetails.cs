namespace Patterns.Stripe;

/// <summary>Why a subscription was canceled.</summary>
public sealed record StripeCancellationDetails
{
    /// <summary><c>cancellation_requested</c>, <c>payment_disputed</c> or <c>payment_failed</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>What the customer chose as the reason.</summary>
    public string? Feedback { get; init; }

    /// <summary>What the customer wrote.</summary>
    public string? Comment { get; init; }
}
