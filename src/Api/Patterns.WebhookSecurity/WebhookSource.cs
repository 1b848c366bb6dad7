namespace Patterns.WebhookSecurity;

/// <summary>A source as it is used: its scheme, its limits, and where its keys are.</summary>
internal sealed record WebhookSource(string Name, IWebhookScheme Scheme, int MaxBodyBytes, WebhookKey[]? FixedKeys, KeyCache? Cache);
