using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Patterns.WebhookDedup;

namespace Children;

/// <summary>
/// A server that receives events and drains them meanwhile, to be killed: events <c>evt_&lt;from&gt;</c> up to <c>evt_&lt;to&gt;</c>, 16 at a time, every third one twice. It says the number of each event when
/// it was answered with success, and <c>finished</c>. Arguments: the connection string, from, to.
/// </summary>
public static class ReceiveAndDrain
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (from, to) = (int.Parse(arguments[1], CultureInfo.InvariantCulture), int.Parse(arguments[2], CultureInfo.InvariantCulture));
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddPostgres(o => o.ConnectionString = arguments[0]).AddWebhookDedup(o => o.Handle<DrainWebhooks.Worker>("stripe", "*"));
        builder.Logging.ClearProviders();
        using var host = builder.Build();
        await host.StartAsync();
        var dedup = host.Services.GetRequiredService<IWebhookDedup>();
        await Parallel.ForEachAsync(Enumerable.Range(from, to - from), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, ct) =>
        {
            for (var copy = 0; copy < (number % 3 == 0 ? 2 : 1); copy++)
            {
                var receipt = await dedup.ReceiveAsync(new WebhookEvent("stripe", $"evt_{number}", "invoice.paid", new byte[100]), ct);
                if (receipt.HttpStatus == 200) Console.WriteLine(number);
            }
        });
        Console.WriteLine("finished");
        await Console.In.ReadLineAsync();
        return 0;
    }
}
