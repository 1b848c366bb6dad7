namespace Patterns.CreditLedger;

/// <summary>The answer to who wants to start an automatic top-up.</summary>
/// <param name="Outcome">Whether he may.</param>
/// <param name="Until">When the top-up that is in progress ends by itself.</param>
public sealed record ReloadResult(ReloadOutcome Outcome, DateTimeOffset? Until = null);
