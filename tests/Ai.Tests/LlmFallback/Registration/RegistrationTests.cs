using Ai.Tests.LlmFallback.Circuits;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Registration;

/// <summary>What an application finds in its container.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task The_only_chain_is_the_unkeyed_client_too()
    {
        using var services = new ServiceCollection().AddLlmFallback(static o => Chain(o, "answers")).BuildServiceProvider();

        services.GetRequiredService<IChatClient>().Should().BeSameAs(services.GetRequiredKeyedService<IChatClient>("answers"));
        (await services.GetRequiredService<IChatClient>().GetResponseAsync("?", cancellationToken: TestContext.Current.CancellationToken)).Text.Should().Be("answers");
    }

    [Fact]
    public void Of_two_chains_none_is_the_unkeyed_client()
    {
        using var together = new ServiceCollection().AddLlmFallback(static o => { Chain(o, "answers"); Chain(o, "titles"); }).BuildServiceProvider();
        using var apart = new ServiceCollection().AddLlmFallback(static o => Chain(o, "answers")).AddLlmFallback(static o => Chain(o, "titles")).AddLlmFallback(static o => Chain(o, "notes")).BuildServiceProvider();

        together.GetService<IChatClient>().Should().BeNull();
        apart.GetService<IChatClient>().Should().BeNull();
        apart.GetRequiredKeyedService<IChatClient>("answers").Should().NotBeSameAs(apart.GetRequiredKeyedService<IChatClient>("titles"));
        apart.GetKeyedService<IChatClient>("others").Should().BeNull();
    }

    [Fact]
    public void An_unkeyed_client_of_the_application_stays()
    {
        using var own = new SwitchedModel("own");
        using var before = new ServiceCollection().AddSingleton<IChatClient>(own).AddLlmFallback(static o => Chain(o, "answers")).AddLlmFallback(static o => Chain(o, "titles")).BuildServiceProvider();
        using var after = new ServiceCollection().AddLlmFallback(static o => Chain(o, "answers")).AddSingleton<IChatClient>(own).BuildServiceProvider();

        before.GetRequiredService<IChatClient>().Should().BeSameAs(own);
        after.GetRequiredService<IChatClient>().Should().BeSameAs(own);
    }

    [Fact]
    public void A_chain_may_be_configured_in_several_places()
    {
        using var services = new ServiceCollection().AddLlmFallback(static o => Chain(o, "answers")).AddLlmFallback(static o => o.Chain("answers", static c => c.Model("spare", static _ => new SwitchedModel("spare"))))
            .BuildServiceProvider();

        services.GetRequiredService<ILlmFallback>().Status("answers").Select(static s => s.Model).Should().Equal("answers-model", "spare");
        services.GetService<IChatClient>().Should().NotBeNull();
    }

    [Fact]
    public void A_client_is_made_once_and_not_before_its_chain_is_used()
    {
        var made = 0;
        using var services = new ServiceCollection().AddLlmFallback(o => o.Chain("answers", c => c.Model("m", _ =>
        {
            made++;
            return new SwitchedModel("m");
        }))).BuildServiceProvider();
        made.Should().Be(0);

        _ = services.GetRequiredKeyedService<IChatClient>("answers");
        _ = services.GetRequiredService<ILlmFallback>().Status("answers");
        _ = services.GetRequiredService<IChatClient>();

        made.Should().Be(1);
    }

    [Fact]
    public void A_chain_may_be_a_model_of_another()
    {
        using var services = new ServiceCollection().AddLlmFallback(static o =>
        {
            Chain(o, "cheap");
            o.Chain("best", static c => c.Model("cheap", static provider => provider.GetRequiredKeyedService<IChatClient>("cheap")));
        }).BuildServiceProvider();

        services.GetRequiredService<ILlmFallback>().Status("best").Should().ContainSingle();
    }

    [Fact]
    public void An_operator_is_told_what_there_is()
    {
        using var services = new ServiceCollection().AddLlmFallback(static o => { Chain(o, "answers"); Chain(o, "titles"); }).BuildServiceProvider();
        var fallback = services.GetRequiredService<ILlmFallback>();

        fallback.Invoking(static f => f.Status("x")).Should().Throw<ArgumentException>().WithMessage("There is no chain 'x'. There are: 'answers', 'titles'.*").WithParameterName("chain");
        fallback.Invoking(static f => f.Reset("answers", "x")).Should().Throw<ArgumentException>().WithMessage("Chain 'answers' has no model 'x'. It has: 'answers-model'.*").WithParameterName("model");
        fallback.Invoking(static f => f.Trip("answers", "answers-model", TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("hold");
        fallback.Invoking(static f => f.Trip("answers", "answers-model", TimeSpan.FromHours(25))).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*at most 24 hours*");
        fallback.Invoking(static f => f.Status(null!)).Should().Throw<ArgumentNullException>();
        fallback.Invoking(static f => f.Reset("answers", null!)).Should().Throw<ArgumentNullException>();
        fallback.Invoking(static f => f.Classify(null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public async Task An_open_model_degrades_health_and_is_named()
    {
        var time = new FakeTime();
        var collection = new ServiceCollection().AddSingleton<TimeProvider>(time).AddLogging().AddLlmFallback(static o => { Chain(o, "answers"); Chain(o, "titles"); }).AddLlmFallback();
        collection.AddHealthChecks();
        await using var services = collection.BuildServiceProvider();
        var health = services.GetRequiredService<HealthCheckService>();
        var well = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        well.Entries.Should().ContainSingle().Which.Key.Should().Be("patterns_llm_fallback");
        well.Status.Should().Be(HealthStatus.Healthy);

        services.GetRequiredService<ILlmFallback>().Trip("titles", "titles-model", TimeSpan.FromMinutes(1));

        var entry = (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["patterns_llm_fallback"];
        entry.Status.Should().Be(HealthStatus.Degraded);
        entry.Tags.Should().Equal("patterns");
        entry.Description.Should().Be("titles/titles-model is open until 2026-01-15 12:01:00Z after an operator's word");
        entry.Data.Keys.Should().Equal("titles/titles-model");
        time.Advance(TimeSpan.FromMinutes(1));
        (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status.Should().Be(HealthStatus.Healthy);
    }

    private static void Chain(LlmFallbackOptions options, string name) => options.Chain(name, c => c.Model(name + "-model", _ => new SwitchedModel(name)));
}
