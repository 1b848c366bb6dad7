namespace Patterns.WebhookSecurity;

/// <summary>What an <see cref="IWebhookScheme"/> found in a request that one of its keys signed.</summary>
/// <param name="Key">The key that matched.</param>
/// <param name="Timestamp">The signed time of the attempt, or null where the scheme signs none. Its freshness is judged by the verifier.</param>
/// <param name="Id">As <see cref="VerifiedWebhook.Id"/>.</param>
/// <param name="IdIsSigned">As <see cref="VerifiedWebhook.IdIsSigned"/>.</param>
/// <param name="Type">As <see cref="VerifiedWebhook.Type"/>.</param>
/// <param name="ReplayKey">As <see cref="VerifiedWebhook.ReplayKey"/>.</param>
public readonly record struct WebhookMatch(WebhookKey Key, DateTimeOffset? Timestamp, string? Id, bool IdIsSigned, string? Type, string ReplayKey);
