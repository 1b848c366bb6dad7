namespace Patterns.WebhookSecurity.Schemes;

/// <summary>The headers of a scheme. Some providers have two sets of them; which one a request uses is told by its signature header.</summary>
internal sealed record HeaderNames(string Signature, string? Timestamp = null, string? Id = null, string? Type = null);
