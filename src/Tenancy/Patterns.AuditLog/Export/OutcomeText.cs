namespace Patterns.AuditLog;

internal static class OutcomeText
{
    public static string Of(AuditOutcome outcome) => outcome switch
    {
        AuditOutcome.Success => "success",
        AuditOutcome.Failure => "failure",
        _ => "denied",
    };
}
