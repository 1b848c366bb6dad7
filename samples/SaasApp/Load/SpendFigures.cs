namespace SaasApp;

/// <summary>How one way of spending did.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Style">Its class in the style sheet.</param>
/// <param name="Samples">What was measured in each quarter of a second.</param>
/// <param name="Answered">How many spends were answered.</param>
/// <param name="Missing">How many of them the balance does not show; null while it runs.</param>
public sealed record SpendFigures(string Name, string Style, IReadOnlyList<SpendFigures.Sample> Samples, long Answered, long? Missing)
{
    public double PerSecond => Samples.Count == 0 ? 0 : Samples.Average(static sample => sample.PerSecond);

    /// <summary>The median of the samples' figures.</summary>
    public double P99Milliseconds => Samples.Count == 0 ? 0 : Samples.Select(static sample => sample.P99Milliseconds).Order().ElementAt(Samples.Count / 2);

    /// <param name="Second">When, in seconds of this way's own time.</param>
    /// <param name="PerSecond">Spends per second.</param>
    /// <param name="P99Milliseconds">The time within which 99 of 100 were answered.</param>
    public sealed record Sample(double Second, double PerSecond, double P99Milliseconds);
}
