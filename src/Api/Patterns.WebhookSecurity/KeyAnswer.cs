namespace Patterns.WebhookSecurity;

/// <summary>What a key source answered, and when it was asked (as <see cref="TimeProvider.GetTimestamp"/> counts).</summary>
internal sealed record KeyAnswer(WebhookKey[] Keys, long AskedAt);
