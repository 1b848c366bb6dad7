using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Options and telemetry.</summary>
public sealed class RegistrationTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public void Adding_twice_adds_up_the_sources_of_one_service()
    {
        var services = new ServiceCollection();
        services.AddPostgres(o => o.ConnectionString = database.ConnectionString);
        services.AddWebhookDedup(o => o.Source("stripe", s => s.UseStripe()));
        services.AddWebhookDedup(o => o.Source("github", s => s.OnMismatch = MismatchPolicy.TreatAsDuplicate));
        using var provider = services.BuildServiceProvider();

        provider.GetServices<IWebhookDedup>().Should().ContainSingle().Which.Should().BeSameAs(provider.GetRequiredService<IWebhookDedup>());
    }

    [Fact]
    public void The_defaults_are_those_that_the_documentation_names()
    {
        var options = new WebhookDedupOptions();
        options.MaxPayloadBytes.Should().Be(1024 * 1024);
        options.Source("s", source =>
        {
            source.Fingerprint.Should().BeSameAs(WebhookFingerprint.RawBody);
            source.OnMismatch.Should().Be(MismatchPolicy.Refuse);
            source.OnFailure.Should().Be(HandlerFailurePolicy.Rethrow);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData((64 << 20) + 1)]
    public void A_limit_out_of_range_is_named(int bytes) => Failure(o => o.MaxPayloadBytes = bytes).Should().ContainAll("MaxPayloadBytes", "64 MiB");

    [Fact]
    public void Options_of_a_source_that_mean_nothing_are_named()
    {
        Failure(o => o.Source("stripe", s => s.Fingerprint = null!)).Should().ContainAll("stripe", "WebhookFingerprint.None");
        Failure(o => o.Source("stripe", s => s.OnMismatch = (MismatchPolicy)7)).Should().ContainAll("stripe", "TreatAsDuplicate");
        Failure(o => o.Source("stripe", s => s.OnFailure = (HandlerFailurePolicy)7)).Should().ContainAll("stripe", "StoreAndRetry");
        FluentActions.Invoking(() => new WebhookDedupOptions().Source("", _ => { })).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task Claims_are_counted_by_source_and_outcome_and_timed()
    {
        await using var application = await StartAsync(database.ConnectionString);
        var source = $"source-{Guid.CreateVersion7():N}";
        var counted = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        var timed = 0;
        using var listener = new MeterListener { InstrumentPublished = static (instrument, l) => { if (instrument.Meter.Name == "Patterns.WebhookDedup") l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => { if (tags[0].Value is string s && s == source) counted.Enqueue((string?)tags[1].Value); });
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref timed));
        listener.Start();
        var (one, held) = (Event() with { Source = source }, Event() with { Source = source });

        await using var holder = await application.BeginAsync();
        await holder.ClaimAsync(held);
        foreach (var webhookEvent in new[] { one, one, one with { Payload = new byte[] { 1 } }, held }) await application.DeliverAsync(webhookEvent);

        counted.Should().Equal("new", "new", "duplicate", "payload_mismatch", "in_flight");
        timed.Should().BeGreaterThanOrEqualTo(5);
    }

    private string Failure(Action<WebhookDedupOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddPostgres(o => o.ConnectionString = database.ConnectionString).AddWebhookDedup(configure);
        using var provider = services.BuildServiceProvider();
        return FluentActions.Invoking(() => provider.GetRequiredService<IWebhookDedup>()).Should().Throw<OptionsValidationException>().Which.Message;
    }
}
