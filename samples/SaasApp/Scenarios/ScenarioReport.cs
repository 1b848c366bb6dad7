namespace SaasApp;

/// <summary>What came of a scenario.</summary>
/// <param name="Scenario">Which one.</param>
/// <param name="EventId">The event that it was played with.</param>
/// <param name="Answers">What each delivery was told, in the order of the answers.</param>
/// <param name="Effects">How many payments the event brought.</param>
public sealed record ScenarioReport(Scenario Scenario, string EventId, IReadOnlyList<ScenarioReport.Answer> Answers, int Effects)
{
    /// <summary>Whether the event had the effects that it must have.</summary>
    public bool IsRight => Effects == Scenario.Effects;

    /// <summary>The answers in words, equal ones counted: <c>200 new, 9 × 200 duplicate</c>.</summary>
    public string Summary => string.Join(", ", Answers.GroupBy(static answer => answer).Select(static group => group.Count() == 1 ? $"{group.Key}" : $"{group.Count()} × {group.Key}"));

    /// <summary>The answer to one delivery.</summary>
    /// <param name="Status">The status code; null when the connection broke.</param>
    /// <param name="Outcome">One of <see cref="DeliveryOutcome"/>.</param>
    public sealed record Answer(int? Status, string Outcome)
    {
        /// <inheritdoc/>
        public override string ToString() => Status is null ? Outcome : $"{Status} {Outcome}";
    }
}
