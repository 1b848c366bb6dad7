namespace Patterns.WebhookDedup;

/// <summary>What a source says about the order of some of its types.</summary>
internal sealed record TypeOrdering(WebhookOrdering Ordering, bool RunStale);
