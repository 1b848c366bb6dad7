namespace Patterns.Stripe.Wire;

/// <summary>Units of usage that are sent together.</summary>
internal sealed record MeterEventStream
{
    /// <summary>The events, 1 to 100.</summary>
    public required IReadOnlyList<StreamedMeterEvent> Events { get; init; }
}
