using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookDedup;

namespace Children;

/// <summary>
/// A worker that drains the inbox once (argument: the connection string) and says <c>drained</c>. The effect of an event is a row in table <c>effects</c>; an event whose id begins with
/// <c>poison</c> ends the process.
/// </summary>
public static class DrainWebhooks
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        await using var services = new ServiceCollection().AddPostgres(o => o.ConnectionString = arguments[0]).AddWebhookDedup(o => o.Handle<Worker>("stripe", "*")).BuildServiceProvider();
        await services.GetRequiredService<IWebhookInbox>().DrainOnceAsync();
        Console.WriteLine("drained");
        return 0;
    }

    internal sealed class Worker : IWebhookHandler
    {
        public async Task<WebhookResult> HandleAsync(WebhookWork work, CancellationToken ct)
        {
            if (work.Event.Id.StartsWith("poison", StringComparison.Ordinal))
                Environment.FailFast("A poisonous event.");
            await DeliverWebhooks.EffectAsync(work.Transaction, work.Event.Id, ct);
            return WebhookResult.Done;
        }
    }
}
