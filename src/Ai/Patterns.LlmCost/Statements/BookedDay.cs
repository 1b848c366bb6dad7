namespace Patterns.LlmCost;

/// <summary>What is booked of one day and model of a provider, over all tenants.</summary>
/// <param name="Day">The day.</param>
/// <param name="Model">The model in lower case.</param>
/// <param name="Calls">The booked attempts.</param>
/// <param name="Usage">Their usage.</param>
/// <param name="Cost">Their cost.</param>
/// <param name="Estimated">The part of it that is estimated.</param>
internal sealed record BookedDay(DateOnly Day, string Model, long Calls, LlmUsage Usage, PicoUsd Cost, PicoUsd Estimated);
