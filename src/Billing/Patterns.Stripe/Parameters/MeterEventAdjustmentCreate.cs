namespace Patterns.Stripe;

/// <summary>A cancellation of a meter event.</summary>
public sealed record MeterEventAdjustmentCreate
{
    /// <summary>Name of the meter's event.</summary>
    public required string EventName { get; init; }

    /// <summary><c>cancel</c>.</summary>
    public required string Type { get; init; }

    /// <summary>What to cancel; within 24 hours after Stripe took it.</summary>
    public MeterEventCancellation? Cancel { get; init; }
}
