namespace Patterns.Stripe;

/// <summary>The cancellation of a meter event.</summary>
public sealed record StripeMeterEventAdjustment : StripeObject
{
    /// <summary>Name of the meter's event.</summary>
    public string EventName { get; init => field = value ?? ""; } = "";

    /// <summary><c>pending</c> or <c>complete</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary><c>cancel</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>What is canceled.</summary>
    public StripeMeterEventCancel? Cancel { get; init; }
}
