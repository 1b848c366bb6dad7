using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Circuits;

/// <summary>A chain "answers" of a model "first" and a model "second" on a clock of the test's own.</summary>
internal sealed class TwoModels : IDisposable
{
    private readonly ServiceProvider _services;

    public TwoModels(Action<LlmFallbackOptions>? configure = null)
    {
        _services = new ServiceCollection().AddSingleton<TimeProvider>(Time).AddLogging(l => l.AddProvider(Log)).AddLlmFallback(o =>
        {
            o.Chain("answers", c =>
            {
                c.Model("first", _ => First, static m => m.Provider = "openai");
                c.Model("second", _ => Second);
            });
            configure?.Invoke(o);
        }).BuildServiceProvider();
    }

    public FakeTime Time { get; } = new();

    public CapturedLog Log { get; } = new();

    public SwitchedModel First { get; } = new("first");

    public SwitchedModel Second { get; } = new("second");

    public ILlmFallback Operator => _services.GetRequiredService<ILlmFallback>();

    public LlmModelStatus Status => Operator.Status("answers")[0];

    public IChatClient Client(string chain = "answers") => _services.GetRequiredKeyedService<IChatClient>(chain);

    public Task<string> AskAsync() => AskUntilAsync(CancellationToken.None);

    public async Task<string> AskUntilAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, TestContext.Current.CancellationToken);
        return (await Client().GetResponseAsync("?", cancellationToken: either.Token)).Text;
    }

    public async Task AskAsync(int times)
    {
        for (var i = 0; i < times; i++)
            await AskAsync();
    }

    /// <summary>Opens the first model's circuit by failures.</summary>
    public async Task BreakFirstAsync()
    {
        First.Fault = SwitchedModel.Status(529);
        await AskAsync(10);
    }

    public void Dispose() => _services.Dispose();
}
