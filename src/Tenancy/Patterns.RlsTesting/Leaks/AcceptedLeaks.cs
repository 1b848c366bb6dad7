namespace Patterns.RlsTesting;

/// <summary>Leaks that somebody accepted with <see cref="RlsAuditBuilder.Ignore"/>, under a rule made of the probe's command: <c>leak-select</c>, <c>leak-insert-with-others-id</c>.</summary>
internal static class AcceptedLeaks
{
    private const string Prefix = "leak-";

    /// <summary>Whether the probes look after this one, not the catalogue's rules.</summary>
    public static bool Concerns(IgnoredFinding ignored) => ignored.Rule.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>What is accepted is safe, with the reason; what is accepted and leaks no longer is not, so that it is found should it come back.</summary>
    public static IReadOnlyList<Probe> Apply(IEnumerable<Probe> probes, IReadOnlyList<IgnoredFinding> ignored)
    {
        var judged = probes.ToList();
        foreach (var accepted in ignored.Where(Concerns))
        {
            var matching = Enumerable.Range(0, judged.Count).Where(i => Accepts(accepted, judged[i])).ToList();
            var leaking = matching.Where(i => !judged[i].IsSafe).ToList();
            foreach (var i in leaking)
                judged[i] = judged[i] with { IsSafe = true, Detail = "accepted: " + accepted.Because };
            if (leaking.Count == 0 && matching.Count > 0)
                judged[matching[0]] = judged[matching[0]] with { IsSafe = false, Detail = $"accepted ({accepted.Because}), and no longer a leak: remove Ignore(\"{accepted.Rule}\", ...)" };
        }

        return judged;
    }

    private static bool Accepts(IgnoredFinding accepted, Probe probe) =>
        probe.Expected == ProbeExpectation.NotReached && probe.Table == accepted.Object && accepted.Rule == Prefix + string.Concat(probe.Command.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
