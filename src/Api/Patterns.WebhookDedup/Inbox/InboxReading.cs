namespace Patterns.WebhookDedup;

/// <summary>What stands in the inbox.</summary>
/// <param name="Pending">Events that are not done.</param>
/// <param name="OldestPending">The age of the oldest of them; 0 without any.</param>
/// <param name="Dead">Events that have used up their attempts.</param>
/// <param name="DeadLately">Those of them that did so in the last hour.</param>
internal readonly record struct InboxReading(long Pending, TimeSpan OldestPending, long Dead, long DeadLately);
