namespace Patterns.WebhookDedup;

/// <summary>What becomes of a leased event.</summary>
/// <param name="Outcome">Its name for operators.</param>
/// <param name="State">The state of its row.</param>
/// <param name="Attempts">How many attempts stay counted.</param>
/// <param name="Deferrals">How many deferrals stay counted.</param>
/// <param name="Error">Why, for whoever looks at the row.</param>
/// <param name="Delay">When it is due again, if it is pending.</param>
/// <param name="KeepsWork">Whether what the handler did is committed with it, rather than rolled back.</param>
internal readonly record struct Settlement(string Outcome, string State, int Attempts, int Deferrals, string? Error = null, TimeSpan Delay = default, bool KeepsWork = true)
{
    private const int MaxDeferrals = 20;

    /// <summary>Whether the next event of its entity need not wait for it now.</summary>
    public bool LeavesLine => Outcome is not ("waiting" or "given_back" or "deferred");

    // A line moves when the one before it is settled; these only bound the wait where that was missed.
    private static readonly TimeSpan BehindStrict = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BesideAnother = TimeSpan.FromSeconds(1);

    public static Settlement Of(LeasedWebhook leased, WebhookResult result)
    {
        if (result.Kind == WebhookResultKind.Done)
            return new("done", "done", leased.Attempt, leased.Deferrals);
        if (result.Kind == WebhookResultKind.Ignored)
            return Ignored(leased, result.Reason!);
        if (leased.Deferrals >= MaxDeferrals)
            return Failed(leased, $"The handler deferred the event again after {MaxDeferrals} deferrals.");

        return new("deferred", "pending", leased.Attempt - 1, leased.Deferrals + 1, Error: null, result.Delay, KeepsWork: false);
    }

    public static Settlement Ignored(LeasedWebhook leased, string reason) => new("ignored", "ignored", leased.Attempt, leased.Deferrals, ErrorText.Of(reason));

    public static Settlement Superseded(LeasedWebhook leased) =>
        new("superseded", "superseded", leased.Attempt, leased.Deferrals, "An event with a higher position had been applied under its ordering key.");

    /// <summary>Another event of the entity is at work or comes first. Not an attempt.</summary>
    public static Settlement NotNow(LeasedWebhook leased) =>
        new("waiting", "pending", leased.Attempt - 1, leased.Deferrals, Error: null, leased.Ordering == WebhookOrdering.Strict ? BehindStrict : BesideAnother);

    /// <summary>This process ends before the attempt does. Not an attempt.</summary>
    public static Settlement GivenBack(LeasedWebhook leased) => new("given_back", "pending", leased.Attempt - 1, leased.Deferrals);

    public static Settlement Failed(LeasedWebhook leased, string error) => leased.Attempt >= RetrySchedule.Attempts
        ? new("dead", "dead", leased.Attempt, leased.Deferrals, ErrorText.Of(error), KeepsWork: false)
        : new("failed", "pending", leased.Attempt, leased.Deferrals, ErrorText.Of(error), RetrySchedule.After(leased.Attempt), KeepsWork: false);
}
