namespace Patterns.CreditLedger;

/// <summary>What becomes of credits that should be taken back and are spent or held.</summary>
public enum ClawbackRule
{
    /// <summary>The answer says how many they are.</summary>
    ReportOnly,

    /// <summary>They are owed.</summary>
    Debt,
}
