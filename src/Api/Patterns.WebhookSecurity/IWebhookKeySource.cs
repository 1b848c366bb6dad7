namespace Patterns.WebhookSecurity;

/// <summary>
/// Where the keys of a source come from when they are not fixed at start: a secret store, or a table with one row per tenant. Answers are cached for
/// 60 seconds (empty ones for 5), for at most 10,000 scopes; a bad signature against an answer older than 5 seconds asks once more, at most once a second per scope.
/// </summary>
public interface IWebhookKeySource
{
    /// <summary>Returns the keys of a scope, at most 8, in the order in which they sign. An unknown scope has none.</summary>
    /// <param name="source">The name under which the source was added.</param>
    /// <param name="scope">The tenant or other scope, as the endpoint's route says: it is the caller's word, so look it up and do not trust it. Null for none.</param>
    /// <param name="ct">Cancelled when <see cref="WebhookSecurityOptions.KeyTimeout"/> has passed. Not tied to one request: several may wait for one answer.</param>
    ValueTask<IReadOnlyList<WebhookKey>> GetAsync(string source, string? scope, CancellationToken ct);
}
