using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class TelemetryTests
{
    [Fact]
    [Guarantee("WebhookSecurity", 6)]
    [Guarantee("WebhookSecurity", 12)]
    public async Task Outcomes_are_counted_by_source_and_matches_by_key()
    {
        // A name of its own, because the meter is shared by all tests that run meanwhile.
        const string Source = "counted";
        var counts = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Patterns.WebhookSecurity") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => $"{tag.Value}", StringComparer.Ordinal);
            if (all["source"] == Source) counts.AddOrUpdate($"{instrument.Name} {all.GetValueOrDefault("outcome") ?? all["key.id"]}", value, (_, sum) => sum + value);
        });
        var seconds = new ConcurrentBag<double>();
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            if (tags.ToArray().Any(tag => Equals(tag.Value, Source))) seconds.Add(value);
        });
        listener.Start();
        using var it = new Verification(o => o
            .AddSource(Source, WebhookScheme.GitHub, keys => keys.Add("old", "whsec_of_last_year").Add("new", "whsec_of_this_year"))
            .AddSource("it", WebhookScheme.GitHub, keys => keys.Add("new", "whsec_of_this_year")));
        var headers = new Microsoft.AspNetCore.Http.HeaderDictionary { ["X-Hub-Signature-256"] = it.Sign("{}")["X-Hub-Signature-256"] };

        await it.Verifier.VerifyAsync(Source, new WebhookRequest(headers, "{}"u8.ToArray()), ct: TestContext.Current.CancellationToken);
        await it.Verifier.VerifyAsync(Source, new WebhookRequest(headers, "{}"u8.ToArray()), ct: TestContext.Current.CancellationToken);
        await it.Verifier.VerifyAsync(Source, new WebhookRequest(headers, "[]"u8.ToArray()), ct: TestContext.Current.CancellationToken);

        counts.Should().BeEquivalentTo(new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["patterns.webhook_security.verifications valid"] = 2,
            ["patterns.webhook_security.verifications bad_signature"] = 1,
            ["patterns.webhook_security.key_matches new"] = 2,
        });
        seconds.Should().HaveCount(3);
    }
}
