namespace Patterns.Stripe;

/// <summary>The cancellation of a meter event.</summary>
public sealed record StripeMeterEventAdjustment : StripeObject
{
    /// <summary>Name of the meter's event.</summary>
    public string EventName { get; init; } = "";

    /// <summary><c>pending</c> or <c>complete</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary><c>cancel</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>What is canceled.</summary>
    public StripeMeterEventCancel? Cancel { get; init; }
}
