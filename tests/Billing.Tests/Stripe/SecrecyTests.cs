using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>The key is in the request, and nowhere else: not in a log at its most talkative, not in an exception, not in a trace.</summary>
public sealed class SecrecyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact, Guarantee("Stripe", 6)]
    public async Task The_key_appears_in_no_log_exception_or_trace()
    {
        await using var server = await StripeServer.StartAsync();
        var log = new CapturedLog();
        var clock = new RetryClock();
        await using var provider = StripeSetup.Provide(server.Address, time: clock, services: services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log)));
        using var traces = new Traces();
        var stripe = provider.GetRequiredService<IStripeClient>();
        var told = new List<string>();

        server.Answer(500).Answer(200, """{"id":"cus_secrecy"}""").Answer(401, $$$"""{"error":{"message":"Invalid API Key provided: {{{StripeSetup.Key}}}"}}""").Answer(502, "key " + StripeSetup.Key).Drop();
        var creating = stripe.CreateCustomerAsync(new CustomerCreate { Email = "ada@example.com" }, ct: Stop);
        await clock.PassDelayAsync();
        told.Add((await creating).ToString());
        told.Add(await FailAsync(stripe.GetCustomerAsync("cus_secrecy", new StripeCallOptions(MaxRetries: 0), Stop)));
        told.Add(await FailAsync(stripe.GetCustomerAsync("cus_secrecy", new StripeCallOptions(MaxRetries: 0), Stop)));
        told.Add(await FailAsync(stripe.GetCustomerAsync("cus_secrecy", new StripeCallOptions(MaxRetries: 0), Stop)));
        var session = new StripeMeterEventSession { Id = "ses_1", AuthenticationToken = "token_that_nobody_may_see" };
        told.Add(session.ToString());
        await stripe.SendMeterEventStreamAsync(session, [new StreamedMeterEvent { EventName = "x", Payload = StripeSetup.Map(("value", "1")) }], ct: Stop);

        // The key was sent, so it could have been told.
        (await server.NextAsync()).Header("Authorization").Should().Be("Bearer " + StripeSetup.Key);
        log.Lines.Should().NotBeEmpty();
        traces.Texts.Should().Contain(text => text.Contains("POST /v1/customers", StringComparison.Ordinal));
        string.Join('\n', [.. log.Lines, .. told, .. traces.Texts]).Should().NotContain(StripeSetup.Key).And.NotContain("token_that_nobody_may_see").And.NotContain("ada@example.com");
        told[1].Should().Contain("Invalid API Key provided: ***");
    }

    [Theory]
    [InlineData("sk_live_x", "Development", 1)]
    [InlineData("rk_live_x", "Development", 1)]
    [InlineData("sk_test_x", "Development", 0)]
    [InlineData("sk_live_x", "Production", 0)]
    public async Task A_live_key_in_development_is_warned_of_once(string key, string environment, int warnings)
    {
        var log = new CapturedLog();
        await using var provider = StripeSetup.Provide(new Uri("https://127.0.0.1"), options => options.ApiKey = key, services: services => services
            .AddSingleton<IHostEnvironment>(new Surroundings { EnvironmentName = environment })
            .AddLogging(logging => logging.AddProvider(log)));

        _ = provider.GetRequiredService<IStripeClient>().ForAccount("acct_1");
        _ = provider.GetRequiredService<IStripeClient>();

        log.Count(3).Should().Be(warnings);
        log.Lines.Should().NotContain(line => line.Contains(key, StringComparison.Ordinal));
    }

    private static async Task<string> FailAsync(Task call) => (await call.Awaiting(task => task).Should().ThrowAsync<StripeApiException>()).Which.ToString();

    private sealed class Surroundings : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "";

        public string ApplicationName { get; set; } = "test";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }

    // Everything that any source of the process traces meanwhile.
    private sealed class Traces : IDisposable
    {
        private readonly ConcurrentQueue<string> _texts = new();
        private readonly ActivityListener _listener;

        public Traces()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static _ => true,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity => _texts.Enqueue(string.Join(' ', [
                    activity.DisplayName, activity.StatusDescription ?? "", .. activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"), .. activity.Baggage.Select(item => $"{item.Key}={item.Value}"),
                    .. activity.Events.SelectMany(raised => raised.Tags).Select(tag => $"{tag.Key}={tag.Value}")])),
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyList<string> Texts => [.. _texts];

        public void Dispose() => _listener.Dispose();
    }
}
