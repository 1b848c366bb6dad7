using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>What happens in a month, told twice: as the application books it, and as the provider counts it.</summary>
internal sealed class MonthPlay
{
    private readonly Dictionary<(DateOnly Day, string Model), (long Requests, long Input, long Output)> _counted = [];

    public MonthPlay(Random random, DateTimeOffset first, Month month, int calls)
    {
        var days = month.End.DayNumber - month.FirstDay.DayNumber;
        for (var i = 0; i < calls; i++)
        {
            // A few tenants make most of the calls, at any time of the month but its first and last hours.
            var tenant = $"tenant-{(int)(Math.Pow(random.NextDouble(), 3) * 200)}";
            var at = first.AddHours(random.NextDouble() * ((days * 24) - 20));
            var model = random.Next(4) == 0 ? "large" : "small";
            var call = new LlmCall(tenant, Guid.CreateVersion7(at), "openai", model, Used(random)) { StartedAt = at, Feature = random.Next(2) == 0 ? "chat" : "search" };
            if (random.Next(20) == 0)
            {
                // The first attempt failed, and nobody bills it.
                Booked.Add(call with { State = LlmCallState.Failed, Usage = LlmUsage.None });
                call = call with { Attempt = 2 };
            }

            if (random.Next(400) == 0)
                Count(call with { Usage = Used(random) }); // made, and never booked: a process that was killed
            else if (random.Next(25) == 0)
                Abort(random, call);
            else
            {
                // Some are told twice.
                Booked.AddRange(Enumerable.Repeat(Counted(call), random.Next(10) == 0 ? 2 : 1));
            }
        }

        var dues = _counted.Sum(static line => Usd(line.Key.Model, line.Value.Input, line.Value.Output));
        InvoiceUsd = dues + 3.335m;
        Statement = new("in_month", "openai", month,
        [
            .. _counted.Select(static line => new StatementLine(line.Key.Day, line.Key.Model, PicoUsd.FromUsd(Usd(line.Key.Model, line.Value.Input, line.Value.Output)))
            {
                Requests = line.Value.Requests,
                Usage = new LlmUsage { Input = line.Value.Input, Output = line.Value.Output },
            }),
            new StatementLine(month.FirstDay, "web search tool calls", PicoUsd.FromUsd(3.335m)),
        ]);
    }

    public List<LlmCall> Booked { get; } = [];

    public List<LlmCall> Late { get; } = [];

    public List<LlmCall> AfterClose { get; } = [];

    public long Attempts => Booked.Select(static call => (call.CallId, call.Attempt)).Distinct().Count();

    public decimal InvoiceUsd { get; }

    public ProviderStatement Statement { get; }

    // A stream broke off: it is booked as an estimate. The usage of most comes late, of some after the close, of few never.
    private void Abort(Random random, LlmCall call)
    {
        Counted(call);
        Booked.Add(call with { State = LlmCallState.Estimated, Usage = call.Usage with { Output = call.Usage.Output * random.Next(60, 130) / 100 } });
        var settled = call with { Revision = 1 };
        switch (random.Next(10))
        {
            case < 8:
                Late.Add(settled);
                break;
            case 8:
                AfterClose.Add(settled);
                break;
        }
    }

    private LlmCall Counted(LlmCall call)
    {
        Count(call);
        return call;
    }

    private void Count(LlmCall call)
    {
        var key = (DateOnly.FromDateTime(call.StartedAt!.Value.UtcDateTime), call.Model);
        var (requests, input, output) = _counted.GetValueOrDefault(key);
        _counted[key] = (requests + 1, input + call.Usage.Input, output + call.Usage.Output);
    }

    private static LlmUsage Used(Random random) => new() { Input = random.Next(50, 20_000), Output = random.Next(1, 4_000) };

    private static decimal Usd(string model, long input, long output) => (input + (4 * output)) * (model == "large" ? 10m : 1m) / 1_000_000m;
}
