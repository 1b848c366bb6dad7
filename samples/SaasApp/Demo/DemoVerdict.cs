namespace SaasApp;

/// <summary>What the demonstration has shown.</summary>
/// <param name="Reports">What came of each scenario.</param>
/// <param name="Payments">How many payments there are in all, under whatever event.</param>
public sealed record DemoVerdict(IReadOnlyList<ScenarioReport> Reports, int Payments)
{
    /// <summary>Whether every genuine event took effect once, every forged one never, and nothing else did.</summary>
    public bool IsRight => Reports.Count > 0 && Reports.All(static report => report.IsRight) && Payments == Genuine;

    /// <summary>0 if all is right, else 1.</summary>
    public int ExitCode => IsRight ? 0 : 1;

    /// <summary>The last lines of the demonstration.</summary>
    public string Text
    {
        get
        {
            var counts = $"{Reports.Sum(static report => report.Answers.Count)} deliveries of {Genuine} genuine events and {Reports.Count - Genuine} forged or stale ones: {Payments} effects.";
            return IsRight
                ? $"{counts}\nEvery genuine event took effect exactly once, every other one never."
                : $"{counts}\nWRONG: {string.Join("; ", Wrong())}.";
        }
    }

    private int Genuine => Reports.Count(static report => report.Scenario.Effects > 0);

    private IEnumerable<string> Wrong()
    {
        foreach (var report in Reports.Where(static report => !report.IsRight))
            yield return $"{report.Scenario.Title} had {report.Effects} effects instead of {report.Scenario.Effects} (event {report.EventId})";
        if (Payments != Genuine)
            yield return $"there are {Payments} payments for {Genuine} genuine events";
    }
}
