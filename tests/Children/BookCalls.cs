using Microsoft.Extensions.DependencyInjection;
using Patterns.LlmCost;

namespace Children;

/// <summary>
/// 64 writers that book calls of 8 tenants again and again, every fifth a second revision, until they are killed. Arguments: the connection string, the schema, <c>record</c>, <c>memory</c> or <c>spill</c>, and the spill folder.
/// Says <c>ready</c>, then the id of each call when it is acknowledged.
/// </summary>
public static class BookCalls
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var way = arguments[2];
        await using var services = new ServiceCollection()
            .AddPostgres(o => (o.ConnectionString, o.Schema) = (arguments[0], arguments[1]))
            .AddLlmCost(o => (o.SpillFolder, o.QueueCapacity, o.Durability) = (arguments[3], 500, way == "spill" ? LlmCostDurability.Spill : LlmCostDurability.Memory))
            .AddLogging().BuildServiceProvider();
        var cost = services.GetRequiredService<ILlmCost>();
        Console.WriteLine("ready");
        await Task.WhenAll(Enumerable.Range(0, 64).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var call = new LlmCall($"t{writer % 8}", Guid.CreateVersion7(), "openai", i % 3 == 0 ? "large" : "small", new() { Input = i, Output = writer }) { Feature = i % 2 == 0 ? "chat" : "" };
                await BookAsync(cost, way, call);
                if (i % 5 == 0)
                    await BookAsync(cost, way, call with { Revision = 1, Usage = new() { Input = 1 } });
                Console.WriteLine(call.CallId);
            }
        })));
        return 0;
    }

    private static ValueTask BookAsync(ILlmCost cost, string way, LlmCall call) => way == "record" ? cost.RecordAsync(call) : cost.QueueAsync(call);
}
