using LoopbackModels;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Wire;

/// <summary>256 callers while two of three models come and go. The provider counts who is asked.</summary>
public sealed class FlappingTests(LoopbackFixture loopback) : IClassFixture<LoopbackFixture>
{
    private const int Callers = 256;
    private static readonly ModelCondition[] Conditions = [ModelCondition.Healthy, ModelCondition.Overloaded, ModelCondition.Failing, ModelCondition.RateLimited, ModelCondition.Down, ModelCondition.DiesMidStream];
    private static readonly int Rounds = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 200 : 10;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Guarantee("LlmFallback", 5)]
    public async Task No_open_model_is_asked_and_a_half_open_one_by_one_probe_at_a_time(int seed)
    {
        var random = new Random(seed);
        var time = new SwiftTime();
        var flapping = new[] { loopback.Server[loopback.Name("openai")], loopback.Server[loopback.Name("anthropic")] };
        var steady = loopback.Server[loopback.Name("steady")];
        steady.Always(ModelAnswer.Text("Steady."));
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)
            .AddLlmFallback(options => options.Chain("chain", chain =>
            {
                chain.Model("openai", _ => loopback.Clients.OpenAi(flapping[0].Name), static m => m.Provider = "openai");
                chain.Model("anthropic", _ => loopback.Clients.Anthropic(flapping[1].Name), static m => m.Provider = "anthropic");
                chain.Model("steady", _ => loopback.Clients.OpenAi(steady.Name), static m => m.Provider = "openai");
                chain.Streaming = AfterFirstToken.Restart;

                // The clock stands still within a round, and with it the circuits' breaks.
                chain.RetryDelay = TimeSpan.Zero;
            }))
            .BuildServiceProvider();
        var (client, fallback) = (services.GetRequiredService<IChatClient>(), services.GetRequiredService<ILlmFallback>());

        var probed = 0;
        for (var round = 0; round < Rounds; round++)
        {
            time.Advance(TimeSpan.FromSeconds(random.Next(4) switch { 0 => 0, 1 => 10, 2 => 16, _ => 65 }));
            var before = fallback.Status("chain").Take(2).Select(static s => s.State).ToArray();
            var asked = flapping.Select(static m => m.Asked).ToArray();
            var gates = new Gate[2];
            for (var i = 0; i < 2; i++)
            {
                var condition = Conditions[random.Next(Conditions.Length)];

                // A probe is held until all others have been answered without it.
                var gate = gates[i] = new Gate();
                flapping[i].Condition = condition;
                flapping[i].Held = before[i] == LlmCircuitState.HalfOpen ? gate : null;
            }

            var calls = Enumerable.Range(0, Callers).Select(i => AskAsync(client, i % 2 == 0)).ToList();
            var running = calls.ToHashSet();
            while (running.Count > gates.Count(static gate => gate.Reached.IsCompleted))
                running.Remove(await Task.WhenAny(running));
            for (var i = 0; i < 2; i++)
            {
                var because = $"in round {round} of seed {seed} the circuit of model {i} was {before[i]}";
                var count = flapping[i].Asked - asked[i];
                if (before[i] == LlmCircuitState.Open)
                    count.Should().Be(0, because);
                if (before[i] == LlmCircuitState.HalfOpen)
                    count.Should().BeLessThanOrEqualTo(1, because);
                probed += before[i] == LlmCircuitState.HalfOpen ? count : 0;
                gates[i].Release();
            }
            (await Task.WhenAll(calls)).Should().OnlyContain(static answered => answered);
        }
        probed.Should().BePositive("a schedule without a probe proves nothing");
    }

    private static async Task<bool> AskAsync(IChatClient client, bool streamed)
    {
        var response = streamed ? await client.GetStreamingResponseAsync("hi").ToChatResponseAsync() : await client.GetResponseAsync("hi");
        return response.Text.Length > 0;
    }
}
