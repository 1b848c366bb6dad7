using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Faults;

/// <summary>What the handler sees for the chain, and what it leaves alone for the SDK.</summary>
public sealed class WireHandlerTests
{
    private const string Quota = """{"error":{"message":"Pay.","type":"insufficient_quota","code":"insufficient_quota"}}""";

    [Fact]
    [Guarantee("LlmFallback", 2)]
    public async Task What_an_SDK_hides_is_read_from_the_wire()
    {
        var model = new HttpModel(static () => HttpModel.Reply(429, Quota, ("x-request-id", "req_1"), ("retry-after", "3")));
        await using var services = model.Chain();

        (await AskAsync(services)).Text.Should().Be("second");

        var status = services.GetRequiredService<ILlmFallback>().Status("answers")[0];
        status.Should().BeEquivalentTo(new LlmModelStatus("first", LlmCircuitState.Open, Evidence.Now.AddMinutes(10), LlmFaultKind.QuotaExhausted, 0, 0));
        Encoding.UTF8.GetString(model.ErrorRead!).Should().Be(Quota);
        model.ErrorType.Should().Be("application/json");
    }

    [Fact]
    [Guarantee("LlmFallback", 2)]
    public async Task The_first_call_of_a_process_is_seen_too_when_the_client_makes_its_handler_only_then()
    {
        await using var process = ChildProcess.Start("AskFirst");

        (await process.ReadLineAsync(TestContext.Current.CancellationToken)).Should().Be(nameof(LlmFaultKind.QuotaExhausted));
    }

    [Fact]
    public async Task Of_an_endless_error_64_KiB_are_read()
    {
        var body = new Trickle(Encoding.UTF8.GetBytes(new string('x', 8192)), piece: 5000, endless: true);
        var model = new HttpModel(() => new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Content = new StreamContent(body) { Headers = { ContentLength = 1L << 30 } } });
        await using var services = model.Chain();

        (await AskAsync(services)).Text.Should().Be("second");

        body.TotalRead.Should().BeInRange(64 * 1024, 64 * 1024 + 8192);
        model.ErrorRead.Should().HaveCount(64 * 1024);
    }

    [Fact]
    public async Task An_error_whose_body_breaks_off_is_judged_by_what_came()
    {
        var model = new HttpModel(static () => new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Content = new StreamContent(new Trickle(Encoding.UTF8.GetBytes(Quota[..^1]), 7, breaks: true)) });
        await using var services = model.Chain();

        (await AskAsync(services)).Text.Should().Be("second");

        services.GetRequiredService<ILlmFallback>().Status("answers")[0].LastFault.Should().Be(LlmFaultKind.QuotaExhausted);
    }

    [Fact]
    public async Task An_error_whose_body_never_ends_is_judged_by_what_came_when_its_time_is_over()
    {
        var (time, body) = (new FakeTime(Evidence.Now), new Trickle(Encoding.UTF8.GetBytes(Quota), 7, stalls: true));
        var model = new HttpModel(() => new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Content = new StreamContent(body) });
        await using var services = model.Chain(time);

        var asking = StreamAsync(services);
        await body.StoodStill.Task.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(20));

        (await asking).Text.Should().Be("second");
        services.GetRequiredService<ILlmFallback>().Status("answers")[0].LastFault.Should().Be(LlmFaultKind.QuotaExhausted);
    }

    [Theory]
    [InlineData("data: {\"error\":{\"message\":\"m\",\"type\":\"overloaded_error\",\"code\":null}}\n\n", LlmFaultKind.Overloaded)]
    [InlineData("data: { \"error\" : {\"code\":503,\"status\":\"UNAVAILABLE\"} }\r\n\r\n", LlmFaultKind.Overloaded)]
    [InlineData("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"timeout_error\",\"message\":\"m\"}}\n\n", LlmFaultKind.Timeout)]
    [InlineData("event:error\ndata:{\"message\":\"m\",\"code\":\"server_is_overloaded\"}", LlmFaultKind.Overloaded)]
    public async Task An_error_event_that_the_SDK_passes_over_is_a_fault(string events, LlmFaultKind kind)
    {
        for (var piece = 1; piece <= events.Length; piece += 1 + (piece / 4))
        {
            var size = piece;
            var model = new HttpModel(() => Events(events, size));
            await using var services = model.Chain();

            (await StreamAsync(services)).Text.Should().Be("second");

            services.GetRequiredService<ILlmFallback>().Status("answers")[0].LastFault.Should().Be(kind);
        }
    }

    [Theory]
    [InlineData("data: a{\"error\":{\"code\":\"server_is_overloaded\"}}\n\ndata: [DONE]\n\n", "a{\"error\":{\"code\":\"server_is_overloaded\"}}")]
    [InlineData("data: {\"id\":1,\"error\":{\"code\":\"server_is_overloaded\"}}\n\ndata: well\n\ndata: [DONE]\n\n", "well")]
    [InlineData("data: {\"error\":null}\n\ndata: well\n\ndata: [DONE]\n\n", "well")]
    [InlineData("event: errors\ndata: well\n\ndata: [DONE]\n\n", "well")]
    [InlineData(": data: {\"error\":{}}\n\ndata: well\n\ndata: [DONE]\n\n", "well")]
    public async Task An_answer_that_speaks_of_errors_is_none(string events, string text)
    {
        foreach (var piece in new[] { 1, 3, 1000 })
        {
            await using var services = new HttpModel(() => Events(events, piece)).Chain();

            (await StreamAsync(services)).Text.Should().Be(text);
        }
    }

    [Theory]
    [InlineData("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "6m0s", 360.0)]
    [InlineData("x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "1s", 1.0)]
    [InlineData("x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "20ms", 0.02)]
    [InlineData("x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "1h2m3.5s", 3723.5)]
    [InlineData("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "12", 12.0)]
    [InlineData("anthropic-ratelimit-requests-remaining", "0", "anthropic-ratelimit-requests-reset", "2026-01-15T12:01:00Z", 60.0)]
    [InlineData("anthropic-ratelimit-output-tokens-remaining", "0", "anthropic-ratelimit-output-tokens-reset", "2026-01-15T13:00:30+01:00", 30.0)]
    [Guarantee("LlmFallback", 13)]
    public async Task A_model_with_nothing_left_is_not_asked_until_its_reset(string remaining, string count, string reset, string until, double seconds)
    {
        var time = new FakeTime(Evidence.Now);
        var model = new HttpModel(() => HttpModel.Text("first", (remaining, count), (reset, until)));
        await using var services = model.Chain(time);

        (await AskAsync(services)).Text.Should().Be("first");
        (await AskAsync(services)).Text.Should().Be("second");
        time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        (await AskAsync(services)).Text.Should().Be("second");
        time.Advance(TimeSpan.FromTicks(1));
        (await AskAsync(services)).Text.Should().Be("first");

        model.Asked.Should().Be(2);
    }

    [Theory]
    [InlineData("x-ratelimit-remaining-requests", "1", "x-ratelimit-reset-requests", "6m0s")]
    [InlineData("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-tokens", "6m0s")]
    [InlineData("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "soon")]
    [InlineData("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "6x")]
    [InlineData("x-ratelimit-remaining-requests", "", "x-ratelimit-reset-requests", "6s")]
    [InlineData("anthropic-ratelimit-requests-remaining", "0", "anthropic-ratelimit-requests-reset", "2026-01-15T11:59:00Z")]
    [InlineData("anthropic-ratelimit-requests-remaining", "0", "anthropic-ratelimit-requests-reset", "later")]
    public async Task Headers_that_do_not_say_when_do_not_stop_a_model(string remaining, string count, string reset, string until)
    {
        var model = new HttpModel(() => HttpModel.Text("first", (remaining, count), (reset, until)));
        await using var services = model.Chain();

        for (var i = 0; i < 3; i++)
            (await AskAsync(services)).Text.Should().Be("first");
    }

    [Fact]
    public async Task Of_several_limits_without_anything_left_the_latest_reset_counts()
    {
        var model = new HttpModel(static () => HttpModel.Text(
            "first", ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "2s"), ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "9s")));
        await using var services = model.Chain();

        await AskAsync(services);

        services.GetRequiredService<ILlmFallback>().Status("answers")[0].ReopensAt.Should().Be(Evidence.Now.AddSeconds(9));
    }

    [Fact]
    public async Task Outside_of_a_chain_the_handler_passes_everything_on()
    {
        var content = new StreamContent(new Trickle(Encoding.UTF8.GetBytes(new string('x', 100_000)), 4096)) { Headers = { ContentType = new MediaTypeHeaderValue("text/event-stream") } };
        using var http = new HttpClient(new LlmWireHandler(new HttpModel(() => new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = content })));

        using var response = await http.GetAsync(new Uri("http://model/"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        response.Content.Should().BeSameAs(content);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().HaveLength(100_000);
    }

    private static HttpResponseMessage Events(string events, int piece)
        => new(HttpStatusCode.OK) { Content = new StreamContent(new Trickle(Encoding.UTF8.GetBytes(events), piece)) { Headers = { ContentType = new MediaTypeHeaderValue("text/event-stream") } } };

    private static Task<ChatResponse> AskAsync(ServiceProvider services)
        => services.GetRequiredKeyedService<IChatClient>("answers").GetResponseAsync("?", cancellationToken: TestContext.Current.CancellationToken);

    private static Task<ChatResponse> StreamAsync(ServiceProvider services)
        => services.GetRequiredKeyedService<IChatClient>("answers").GetStreamingResponseAsync("?", cancellationToken: TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken);
}
