namespace Patterns.LlmCost;

/// <summary>One day and model of a provider, as invoiced and as booked. Differences are invoiced less booked.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Model">The model, or the line item that tells none, in lower case.</param>
/// <param name="Invoiced">What the provider charges.</param>
/// <param name="Booked">What is booked.</param>
public sealed record ReconciledLine(DateOnly Day, string Model, PicoUsd Invoiced, PicoUsd Booked)
{
    /// <summary>The provider's requests less the booked calls, failed ones left out of neither: positive when calls are missing here. Null when the provider tells none.</summary>
    public long? MissingCalls { get; init; }

    /// <summary>The provider's input tokens less the booked ones; null when it tells none.</summary>
    public long? InputTokenDifference { get; init; }

    /// <summary>The provider's output tokens less the booked ones; null when it tells none.</summary>
    public long? OutputTokenDifference { get; init; }

    /// <summary>What remains of the difference when the difference in tokens is taken off at the prices of that day: another price than the one imported. Null when the provider tells no tokens or there is no price.</summary>
    public PicoUsd? PriceDifference { get; init; }

    /// <summary>The part of <see cref="Booked"/> that rests on estimates, 0 to 1.</summary>
    public decimal EstimatedShare { get; init; }

    /// <summary>Whether booked and invoiced differ by at most 1 % of what is invoiced.</summary>
    public bool Agrees { get; init; }
}
