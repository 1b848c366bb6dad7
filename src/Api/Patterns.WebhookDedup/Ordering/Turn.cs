namespace Patterns.WebhookDedup;

/// <summary>What <c>webhook_dedup_enter</c> says to an event of an ordered type.</summary>
internal enum Turn
{
    Yes = 0,
    Stale = 1,
    NotNow = 2,
}
