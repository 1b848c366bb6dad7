namespace Patterns.LlmCost;

/// <summary>What a provider says of one day and one model. Lines of the same day and model add up.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Model">The model as the provider names it, or the line item where it tells no model (a tool, a fee): 1 to 200 characters, compared without regard to case.</param>
/// <param name="Amount">What it charges; negative for a credit, zero for a line that tells usage only.</param>
public sealed record StatementLine(DateOnly Day, string Model, PicoUsd Amount)
{
    /// <summary>What was used; null when the provider does not tell.</summary>
    public LlmUsage? Usage { get; init; }

    /// <summary>How many requests; null when the provider does not tell.</summary>
    public long? Requests { get; init; }
}
