namespace Patterns.LlmCost;

/// <summary>A call as it is booked.</summary>
/// <param name="Call">The call, checked.</param>
/// <param name="Provider">Its provider in lower case.</param>
/// <param name="StartedAt">When it began, in UTC.</param>
/// <param name="PicoUsd">What it costs by the prices of the moment at which it is written; null when none is known.</param>
internal readonly record struct PricedCall(LlmCall Call, string Provider, DateTime StartedAt, decimal? PicoUsd)
{
    public PricedCall(LlmCall call, decimal? picoUsd)
        : this(call, call.Provider.ToLowerInvariant(), (call.StartedAt ?? CallTime.Of(call.CallId)).UtcDateTime, picoUsd)
    {
    }

    public DateOnly Day => DateOnly.FromDateTime(StartedAt);


    public int CompareKeys(in PricedCall other)
    {
        var difference = string.CompareOrdinal(Call.TenantId, other.Call.TenantId);
        if (difference == 0)
            difference = Call.CallId.CompareTo(other.Call.CallId);
        return difference == 0 ? Call.Attempt.CompareTo(other.Call.Attempt) : difference;
    }

    public int CompareDays(in PricedCall other)
    {
        var difference = string.CompareOrdinal(Call.TenantId, other.Call.TenantId);
        if (difference == 0)
            difference = Day.CompareTo(other.Day);
        if (difference == 0)
            difference = string.CompareOrdinal(Provider, other.Provider);
        if (difference == 0)
            difference = string.CompareOrdinal(Call.Model, other.Call.Model);
        if (difference == 0)
            difference = string.CompareOrdinal(Call.Feature, other.Call.Feature);
        return difference == 0 ? string.CompareOrdinal(Call.Tier, other.Call.Tier) : difference;
    }
}
