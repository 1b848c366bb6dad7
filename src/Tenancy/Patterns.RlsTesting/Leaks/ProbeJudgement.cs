namespace Patterns.RlsTesting;

/// <summary>Makes of what the server said what the matrix says.</summary>
internal static class ProbeJudgement
{
    private const string Harmless = "";

    public static Probe Judge(string table, ProbeIdentity identity, ProbeStatement statement, ProbeAnswer answer)
    {
        var (seen, detail) = Outcome(statement, answer);
        if (statement.Command == ProbeCommand.InsertWithOthersId)
            return JudgeOthersId(table, identity, statement, answer, seen);
        var safe = statement.Expected == ProbeExpectation.Reached
            ? seen is ProbeOutcome.Reached or ProbeOutcome.Constrained
            : seen is ProbeOutcome.ZeroRows or ProbeOutcome.Refused || (seen == ProbeOutcome.Failed && FailsClosed(identity, answer.State));
        if (!safe && statement.Expected == ProbeExpectation.Reached && seen is ProbeOutcome.ZeroRows or ProbeOutcome.Refused)
            detail = $"{(detail.Length > 0 ? detail + "; " : "")}the role is granted this and no policy lets a tenant do it: revoke the grant, or add a policy";
        return new(table, statement.Command, identity, statement.Expected, seen, safe, detail);
    }

    /// <summary>Of several statements of one command the one that matters: the first that is not safe, or the first.</summary>
    public static IEnumerable<Probe> Fold(IEnumerable<Probe> probes) => probes
        .GroupBy(p => (p.Table, p.Identity, p.Command))
        .Select(same => same.FirstOrDefault(p => !p.IsSafe) ?? same.First())
        .OrderBy(p => p.Table, StringComparer.Ordinal).ThenBy(p => p.Identity).ThenBy(p => p.Command);

    private static (ProbeOutcome Seen, string Detail) Outcome(ProbeStatement statement, ProbeAnswer answer)
    {
        var detail = answer.State == "00000" ? Harmless : $"{answer.State}: {answer.Message}";
        if (statement.Yardstick is not null)
        {
            var reached = answer.State == "00000" && answer.Rows > (statement.Witness is null && answer.YardstickState == "00000" ? answer.YardstickRows : 0);
            if (reached)
                return (ProbeOutcome.Reached, "by a statement without a WHERE, to which no SELECT policy applies");
            if (answer.State is "00000" || answer.State == answer.YardstickState)
                return (ProbeOutcome.ZeroRows, Harmless);
        }

        return answer.State switch
        {
            "00000" => (answer.Rows > 0 ? ProbeOutcome.Reached : ProbeOutcome.ZeroRows, Harmless),
            ProbeFunctions.Saw => (ProbeOutcome.Reached, detail),
            // A generated column cannot be set by anybody (428C9).
            "42501" or "428C9" => (ProbeOutcome.Refused, detail),
            ['2', '3', ..] or "44000" => (ProbeOutcome.Constrained, detail),
            _ => (ProbeOutcome.Failed, detail),
        };
    }

    private static Probe JudgeOthersId(string table, ProbeIdentity identity, ProbeStatement statement, ProbeAnswer answer, ProbeOutcome seen)
    {
        var taken = answer.State == "23505";
        return new(
            table,
            statement.Command,
            identity,
            statement.Expected,
            seen == ProbeOutcome.Reached ? ProbeOutcome.ZeroRows : seen,
            seen != ProbeOutcome.Failed && !(taken && statement.Telling),
            seen == ProbeOutcome.Reached ? "a row of its own, beside the other's"
                : taken ? $"{answer.State}: {answer.Message}; {(statement.Telling ? "whoever guesses a key learns that another tenant has it: put the tenant first in it" : "a key that cannot be guessed, or tells nothing")}"
                : $"{answer.State}: {answer.Message}");
    }

    /// <summary>
    /// A failure shields the rows when it is the policy's own: as a tenant policies work, as the control half shows, so that a failure there comes from further on; as nobody they
    /// may fail over the missing tenant in whatever way their author chose. A mistake in the statement, or a server in trouble, shields nothing.
    /// </summary>
    private static bool FailsClosed(ProbeIdentity identity, string state) => identity is not (ProbeIdentity.A or ProbeIdentity.B) && state switch
    {
        "42704" => true,
        ['4', '2', ..] or ['4', '0', ..] or ['5', '3' or '4' or '5' or '7' or '8', ..] or ['X', 'X', ..] => false,
        _ => true,
    };
}
