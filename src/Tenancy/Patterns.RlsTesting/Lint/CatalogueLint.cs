namespace Patterns.RlsTesting;

/// <summary>Reads the catalogue once and lets every rule look at it.</summary>
internal static class CatalogueLint
{
    public static async Task<IReadOnlyList<RlsFinding>> RunAsync(AuditPlan plan, CancellationToken ct) =>
        Findings(new Inventory(await CatalogueReader.ReadAsync(plan.Admin, ct).ConfigureAwait(false), plan), plan);

    public static IReadOnlyList<RlsFinding> Findings(Inventory inventory, AuditPlan plan)
    {
        var found = (
            from rule in RuleBook.Rules
            from sighting in rule.Find(inventory)
            select new RlsFinding(rule.Id, sighting.Severity ?? rule.Severity, sighting.Object, sighting.Evidence, sighting.Repair)).ToList();
        var accepted = plan.Ignored.Where(ignored => !AcceptedLeaks.Concerns(ignored)).ToLookup(ignored => found.Exists(finding => Accepts(ignored, finding)));
        return
        [
            .. found.Where(finding => !accepted[true].Any(ignored => Accepts(ignored, finding)))
                .Concat(accepted[false].Select(static ignored => new RlsFinding(
                    "stale-ignore",
                    Severity.Notice,
                    ignored.Object,
                    $"'{ignored.Rule}' is ignored here ({ignored.Because}), and no longer found.",
                    SqlText.Decision($"remove Ignore(\"{ignored.Rule}\", ...), so that it is found should it come back."))))
                .OrderByDescending(static finding => finding.Severity)
                .ThenBy(static finding => finding.Object, StringComparer.Ordinal)
                .ThenBy(static finding => finding.Rule, StringComparer.Ordinal),
        ];
    }

    private static bool Accepts(IgnoredFinding ignored, RlsFinding finding) => ignored.Rule == finding.Rule && ignored.Object == finding.Object;
}
