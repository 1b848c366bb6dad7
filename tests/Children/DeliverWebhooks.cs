using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.WebhookDedup;

namespace Children;

/// <summary>
/// A server that receives webhooks. Each line of its input is an event's id, which it takes as delivered by a number of callers at once (first
/// argument: the connection string, second: the callers); it answers with a line <c>id new duplicate in_flight</c>. The effect of an event
/// is a row in table <c>effects</c>.
/// </summary>
public static class DeliverWebhooks
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var callers = int.Parse(arguments[1], System.Globalization.CultureInfo.InvariantCulture);
        await using var services = new ServiceCollection().AddPostgres(o => o.ConnectionString = arguments[0]).AddWebhookDedup().BuildServiceProvider();
        var dedup = services.GetRequiredService<IWebhookDedup>();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } id)
        {
            var receipts = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => dedup.RunOnceAsync(new WebhookEvent("stripe", id, "invoice.paid", default), (transaction, ct) => EffectAsync(transaction, id, ct))));
            var outcomes = receipts.CountBy(receipt => receipt.Outcome).ToDictionary();
            Console.WriteLine($"{id} {outcomes.GetValueOrDefault(ClaimOutcome.New)} {outcomes.GetValueOrDefault(ClaimOutcome.Duplicate)} {outcomes.GetValueOrDefault(ClaimOutcome.InFlight)}");
        }

        return 0;
    }

    internal static async Task EffectAsync(NpgsqlTransaction transaction, string id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("INSERT INTO effects VALUES ($1)", transaction.Connection, transaction) { Parameters = { new() { Value = id } } };
        await command.ExecuteNonQueryAsync(ct);
    }
}
