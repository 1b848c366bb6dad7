using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Which handler works on an event, how it is made, and what is refused.</summary>
public sealed class HandlerTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact, Guarantee("WebhookDedup", 18)]
    public async Task The_most_specific_pattern_counts_and_each_attempt_has_a_scope_and_a_handler_of_its_own()
    {
        await using var own = await database.NewAsync();
        var seen = new Seen();
        await using var application = await StartAsync(
            own.ConnectionString,
            o => o.Handle<Exact>("stripe", "invoice.paid").Handle<Deep>("stripe", "invoice.line.*").Handle<Prefix>("stripe", "invoice.*").Handle<All>("stripe", "*").Handle<All>("stripe", "*"),
            register: services => services.AddSingleton(seen).AddScoped<Exact>());
        foreach (var type in new[] { "invoice.paid", "invoice.line.created", "invoice.voided", "invoice", "customer.created", null })
            await application.ReceiveAsync(new WebhookEvent("stripe", type ?? "none", type, default));

        await application.DrainAsync();

        seen.By.Should().BeEquivalentTo("Exact invoice.paid", "Deep invoice.line.created", "Prefix invoice.voided", "All invoice", "All customer.created", "All none");
        seen.Disposed.Should().Be(6, "a handler that is not registered is disposed of too");
    }

    [Fact]
    public void What_is_no_pattern_or_has_two_handlers_is_refused_by_name()
    {
        foreach (var pattern in new[] { "invoice*", "*.paid", "a.*.b", "**" })
            Refused(o => o.Handle<All>("stripe", pattern)).Should().ContainAll(pattern, "invoice.*");
        Refused(o => o.Handle<All>("stripe", "")).Should().Contain("1 to 200");
        Refused(o => o.Handle<All>("", "*")).Should().Contain("1 to 100");
        Refused(o => o.Handle<All>("stripe", "*").Handle<Exact>("stripe", "*")).Should().ContainAll("stripe", nameof(All), nameof(Exact));
        Refused(o => o.Source("stripe", s => s.Order("a*", WebhookOrdering.Strict))).Should().Contain("a*");
        Refused(o => o.Source("stripe", s => s.Order("*", (WebhookOrdering)9))).Should().Contain("Strict");
    }

    [Fact]
    public void Options_out_of_range_are_named_at_start()
    {
        Failure(o => o.HandlersAtOnce = 0).Should().ContainAll("HandlersAtOnce", "256");
        Failure(o => o.RememberFor = TimeSpan.FromDays(3)).Should().ContainAll("RememberFor", "4 days");
        Failure(o => o.KeepPayloadFor = TimeSpan.FromDays(36)).Should().ContainAll("KeepPayloadFor", "RememberFor");
        Failure(o => o.Source("stripe", _ => { }).Handle<All>("Stripe", "*")).Should().ContainAll("'Stripe'", "'stripe'");
        new WebhookDedupOptions().Should().Match<WebhookDedupOptions>(o => o.HandlersAtOnce == 8 && o.RememberFor == TimeSpan.FromDays(35) && o.KeepPayloadFor == TimeSpan.FromDays(14) && o.CommitWaitsForDisk);
    }

    [Fact]
    public void Results_out_of_range_are_refused()
    {
        FluentActions.Invoking(() => WebhookResult.Defer(TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => WebhookResult.Defer(TimeSpan.FromDays(2))).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => WebhookResult.Ignored("")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => WebhookResult.Ignored(new string('x', 2_001))).Should().Throw<ArgumentException>().WithMessage("*2001*");
    }

    private static string Refused(Action<WebhookDedupOptions> configure) => FluentActions.Invoking(() => configure(new())).Should().Throw<ArgumentException>().Which.Message;

    private string Failure(Action<WebhookDedupOptions> configure)
    {
        using var provider = new ServiceCollection().AddPostgres(o => o.ConnectionString = database.ConnectionString).AddWebhookDedup(configure).BuildServiceProvider();
        return FluentActions.Invoking(() => provider.GetRequiredService<IWebhookDedup>()).Should().Throw<OptionsValidationException>().Which.Message;
    }

    internal sealed class Seen
    {
        private int _disposed;

        public System.Collections.Concurrent.ConcurrentBag<string> By { get; } = [];

        public int Disposed => _disposed;

        public void Dispose() => Interlocked.Increment(ref _disposed);
    }

    internal abstract class Recording(Seen seen) : IWebhookHandler, IDisposable
    {
        public Task<WebhookResult> HandleAsync(WebhookWork work, CancellationToken ct)
        {
            seen.By.Add($"{GetType().Name} {work.Event.Id}");
            return Task.FromResult(WebhookResult.Done);
        }

        public void Dispose() => seen.Dispose();
    }

    internal sealed class Exact(Seen seen) : Recording(seen);

    internal sealed class Deep(Seen seen) : Recording(seen);

    internal sealed class Prefix(Seen seen) : Recording(seen);

    internal sealed class All(Seen seen) : Recording(seen);
}
