namespace Patterns.LlmCost;

/// <summary>A call as it is booked.</summary>
/// <param name="Call">The call, checked.</param>
/// <param name="PicoUsd">What it costs by the prices of the moment at which it is written; null when none is known.</param>
internal readonly record struct PricedCall(LlmCall Call, decimal? PicoUsd)
{
    public DateTimeOffset StartedAt => Call.StartedAt ?? CallTime.Of(Call.CallId);
}
