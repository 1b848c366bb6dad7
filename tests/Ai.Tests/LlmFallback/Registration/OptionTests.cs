using Ai.Tests.LlmFallback.Circuits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Registration;

/// <summary>Options that cannot work stop the host at its start, and say what to change.</summary>
public sealed class OptionTests
{
    public static TheoryData<Action<LlmFallbackOptions>, string> Mistakes => new()
    {
        { static o => o.Chain("answers", static _ => { }), "Chain 'answers' has 0 models; it takes 1 to 16.*" },
        { static o => o.Chain("answers", static c => Models(c, 17)), "Chain 'answers' has 17 models; it takes 1 to 16.*" },
        { static o => o.Chain("answers", static c => { Models(c, 1); Models(c, 1); }), "Chain 'answers' has 2 models named 'm0'. Name each once." },
        { static o => o.Chain("answers", static c => c.Model("", static _ => new SwitchedModel(""))), "Chain 'answers' has a model named ''; a name has 1 to 100 characters." },
        { static o => o.Chain("", static c => Models(c, 1)), "A chain is named ''; a name has 1 to 100 characters." },
        { static o => o.Chain(new string('n', 101), static c => Models(c, 1)), "A chain is named 'nnn*'; a name has 1 to 100 characters." },
        { Of(static c => c.TotalTimeout = TimeSpan.FromSeconds(-1)), "Chain 'answers' sets TotalTimeout to -00:00:01; it takes more than 0 and up to 24 hours." },
        { Of(static c => c.AttemptTimeout = TimeSpan.Zero), "Chain 'answers' sets AttemptTimeout to 00:00:00; it takes more than 0*" },
        { Of(static c => c.FirstTokenTimeout = TimeSpan.FromDays(2)), "Chain 'answers' sets FirstTokenTimeout to 2.00:00:00;*" },
        { Of(static c => c.IdleTimeout = TimeSpan.Zero), "Chain 'answers' sets IdleTimeout to *" },
        { Of(static c => c.HedgeAfter = TimeSpan.Zero), "Chain 'answers' sets HedgeAfter to *" },
        { Of(static c => c.MaxRateLimitWait = TimeSpan.FromSeconds(-1)), "Chain 'answers' sets MaxRateLimitWait to -00:00:01; it takes 0 to 24 hours." },
        { Of(static c => c.RetryDelay = TimeSpan.FromSeconds(-1)), "Chain 'answers' sets RetryDelay to *" },
        { Of(static c => c.StickyFor = TimeSpan.FromSeconds(-1)), "Chain 'answers' sets StickyFor to *" },
        { Of(static c => c.MaxAttempts = 0), "Chain 'answers' sets MaxAttempts to 0; it takes 1 to 32." },
        { Of(static c => c.MaxHedgedShare = double.NaN), "Chain 'answers' sets MaxHedgedShare to NaN; it takes more than 0 and up to 1." },
        { Of(static c => c.MaxCostPerCall = -0.1m), "Chain 'answers' sets MaxCostPerCall to -0.1; it takes 0 or more USD*" },
        { Of(static c => c.Streaming = (AfterFirstToken)9), "Chain 'answers' sets Streaming to 9; it takes a value of AfterFirstToken." },
        { Of(static c => c.ContentFilter = (ContentFilterAction)9), "Chain 'answers' sets ContentFilter to 9;*" },
        { OfModel(static m => m.ContextWindow = 0), "Chain 'answers', model 'm' sets ContextWindow to 0; it takes more than 0 tokens, or null for unknown." },
        { OfModel(static m => m.MaxOutputTokens = -1), "Chain 'answers', model 'm' sets MaxOutputTokens to -1;*" },
        { OfModel(static m => m.MaxRequestBytes = 0), "Chain 'answers', model 'm' sets MaxRequestBytes to 0;*" },
        { OfModel(static m => m.Price = new(1, -1)), "Chain 'answers', model 'm' sets Price to *; it takes prices of 0 or more USD." },
        { OfModel(static m => m.Provider = ""), "Chain 'answers', model 'm' sets Provider to ; it takes 1 to 100 characters*" },
        { OfModel(static m => m.Supports = (LlmFeatures)1024), "Chain 'answers', model 'm' sets Supports to 1024;*" },
        { OfModel(static m => m.UnsupportedOptions.Add("Temprature")), "Chain 'answers', model 'm' names in UnsupportedOptions 'Temprature'; it takes Temperature, *Seed*" },
        { static o => o.EmbeddingChain("search", static c => { Embedding(c, "a", "small/1536"); Embedding(c, "b", "large/3072"); }), "Embedding chain 'search' mixes the embedding spaces 'small/1536', 'large/3072'.*" },
        { static o => o.EmbeddingChain("search", static c => Embedding(c, "a", "")), "Embedding chain 'search' has the embedding space '' at model 'a';*" },
        { static o => o.EmbeddingChain("search", static _ => { }), "Embedding chain 'search' has 0 models;*" },
        { static o => { o.Chain("both", static c => Models(c, 1)); o.EmbeddingChain("both", static c => Embedding(c, "a", "s")); }, "Two chains are named 'both', one of chat models and one of embedding models.*" },
        { static o => o.Circuit.Window = TimeSpan.FromMilliseconds(1), "LlmFallbackOptions.Circuit sets Window to 00:00:00.0010000; it takes 1 s to 1 hour." },
        { static o => o.Circuit.MinimumCalls = 0, "LlmFallbackOptions.Circuit sets MinimumCalls to 0; it takes 1 to 10,000." },
        { static o => o.Circuit.FailureRatio = 0, "LlmFallbackOptions.Circuit sets FailureRatio to 0; it takes more than 0 and up to 1." },
        { static o => o.Circuit.Break = TimeSpan.Zero, "LlmFallbackOptions.Circuit sets Break to *" },
        { static o => o.Circuit.MaxBreak = TimeSpan.FromSeconds(1), "LlmFallbackOptions.Circuit sets MaxBreak to 00:00:01; it takes no less than Break, which is 00:00:15." },
        { static o => o.Circuit.QuotaHold = TimeSpan.Zero, "LlmFallbackOptions.Circuit sets QuotaHold to *" },
        { static o => o.Rules.Add(null!), "LlmFallbackOptions.Rules holds null at 0. Remove it." },
        { static o => o.Rules.Add(new(LlmFaultKind.Timeout)), "LlmFallbackOptions.Rules has at 0 a rule that fits everything.*" },
        { static o => o.Rules.Add(new(LlmFaultKind.Skipped) { Status = 1 }), "LlmFallbackOptions.Rules has at 0 the kind Skipped;*" },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public async Task A_mistake_stops_the_host_and_names_the_chain_and_the_option(Action<LlmFallbackOptions> configure, string message)
    {
        var thrown = await FluentActions.Awaiting(() => StartAsync(s => s.AddLlmFallback(configure))).Should().ThrowAsync<OptionsValidationException>();

        thrown.Which.Failures.Should().ContainSingle().Which.Should().Match(message);
    }

    [Fact]
    public async Task A_chain_that_was_configured_elsewhere_has_no_client_and_is_refused()
    {
        var thrown = await FluentActions.Awaiting(() => StartAsync(static s => s.AddLlmFallback().Configure<LlmFallbackOptions>(static o => o.Chain("answers", static c => Models(c, 1)))))
            .Should().ThrowAsync<OptionsValidationException>();

        thrown.Which.Failures.Should().ContainSingle().Which.Should().Be("Chain 'answers' was configured, but not by AddLlmFallback, so no client has its name. Name it within AddLlmFallback.");
    }

    [Fact]
    public async Task The_defaults_and_the_outermost_values_are_taken() => await StartAsync(static s => s.AddLlmFallback().AddLlmFallback(static o =>
    {
        o.Chain(new string('n', 100), static c =>
        {
            Models(c, 16);
            (c.MaxAttempts, c.MaxHedgedShare, c.HedgeAfter, c.StickyFor, c.TotalTimeout) = (32, 1, TimeSpan.FromTicks(1), TimeSpan.Zero, TimeSpan.FromDays(1));
        });
        o.EmbeddingChain("search", static c => { Embedding(c, "a", "s"); Embedding(c, "b", "s"); });
        (o.Circuit.Window, o.Circuit.MinimumCalls, o.Circuit.FailureRatio, o.Circuit.MaxBreak) = (TimeSpan.FromHours(1), 10_000, 1, o.Circuit.Break);
    }));

    private static async Task StartAsync(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        add(builder.Services);
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static Action<LlmFallbackOptions> Of(Action<LlmChainOptions> configure) => o => o.Chain("answers", c =>
    {
        Models(c, 1);
        configure(c);
    });

    private static Action<LlmFallbackOptions> OfModel(Action<LlmModelOptions> configure) => o => o.Chain("answers", c => c.Model("m", static _ => new SwitchedModel("m"), configure));

    private static void Models(LlmChainOptions chain, int count)
    {
        for (var i = 0; i < count; i++)
            chain.Model($"m{i}", static _ => new SwitchedModel("m"));
    }

    private static void Embedding(LlmEmbeddingChainOptions chain, string name, string space) => chain.Model(name, space, static _ => throw new NotSupportedException());
}
