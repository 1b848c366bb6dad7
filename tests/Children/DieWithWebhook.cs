using Microsoft.Extensions.DependencyInjection;
using Patterns.Postgres;
using Patterns.WebhookDedup;

namespace Children;

/// <summary>
/// A server that is killed with a webhook in its hands: it claims the event (first argument: the connection string, second: the id), writes the effect and says
/// <c>claimed</c>; after a line of input it commits and says <c>committed</c>, and never answers the provider.
/// </summary>
public static class DieWithWebhook
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        await using var services = new ServiceCollection().AddPostgres(o => o.ConnectionString = arguments[0]).AddWebhookDedup().BuildServiceProvider();
        await services.GetRequiredService<IPostgres>().RunAsync(async (transaction, ct) =>
        {
            await services.GetRequiredService<IWebhookDedup>().ClaimAsync(transaction, new WebhookEvent("stripe", arguments[1], "invoice.paid", default), ct);
            await DeliverWebhooks.EffectAsync(transaction, arguments[1], ct);
            Console.WriteLine("claimed");
            await Console.In.ReadLineAsync(ct);
        });
        Console.WriteLine("committed");
        await Console.In.ReadLineAsync();
        return 0;
    }
}
