using Patterns.WebhookDedup;

namespace Api.Benchmarks;

/// <summary>A handler without work: what is left is what the drain itself costs.</summary>
internal sealed class NothingToDo : IWebhookHandler
{
    public Task<WebhookResult> HandleAsync(WebhookWork work, CancellationToken ct) => Task.FromResult(WebhookResult.Done);
}
