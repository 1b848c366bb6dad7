using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.LlmCost;

namespace Children;

/// <summary>
/// Queues three calls, which fill the queue, and two more, while somebody holds the table of calls, and then one that the database refuses. Arguments: the connection string, the schema and the spill folder. Says what the queue's
/// instruments tell while the table is held and when all is booked.
/// </summary>
public static class MeasureQueue
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        long depth = 0, spilled = 0, rejected = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Meter.Name == "Patterns.LlmCost")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            switch (instrument.Name)
            {
                case "patterns.llm_cost.queue.depth": Interlocked.Add(ref depth, value); break;
                case "patterns.llm_cost.spilled": Interlocked.Add(ref spilled, value); break;
                case "patterns.llm_cost.rejected": Interlocked.Add(ref rejected, value); break;
            }
        });
        listener.Start();
        await using var services = new ServiceCollection()
            .AddPostgres(o => (o.ConnectionString, o.Schema) = (arguments[0], arguments[1]))
            .AddLlmCost(o => (o.SpillFolder, o.QueueCapacity) = (arguments[2], 3))
            .AddLogging().BuildServiceProvider();
        var cost = services.GetRequiredService<ILlmCost>();

        await using (var connection = new NpgsqlConnection(arguments[0]))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var hold = new NpgsqlCommand($"LOCK TABLE \"{arguments[1]}\".llm_cost_calls IN SHARE MODE", connection, transaction))
                await hold.ExecuteNonQueryAsync();
            for (var i = 0; i < 5; i++)
                await cost.QueueAsync(Call("small"));
            Console.WriteLine($"held: depth {Interlocked.Read(ref depth)}, spilled {Interlocked.Read(ref spilled)}, rejected {Interlocked.Read(ref rejected)}");
        }

        await cost.QueueAsync(Call("poison"));
        await cost.FlushAsync();
        Console.WriteLine($"booked: depth {Interlocked.Read(ref depth)}, rejected {Interlocked.Read(ref rejected)}");
        return 0;
    }

    private static LlmCall Call(string model) => new("acme", Guid.CreateVersion7(), "openai", model, new() { Input = 1 });
}
