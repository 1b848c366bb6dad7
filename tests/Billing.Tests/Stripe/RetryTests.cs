using Microsoft.Extensions.DependencyInjection;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>The table of retries, over a server that answers by a script and a clock that stands still: every delay is asked for, none is waited for.</summary>
public sealed class RetryTests : ScriptedStripe
{
    private static readonly (double Least, double Most)[] Intervals = [(0.5, 0.5), (0.75, 1), (1.5, 2), (3, 4), (3.75, 5), (3.75, 5), (3.75, 5)];
    private readonly RetryClock _clock;

    public RetryTests()
        : this(new())
    {
    }

    private RetryTests(RetryClock clock)
        : base(time: clock) => _clock = clock;

    [Theory, Guarantee("Stripe", 2)]
    [InlineData(409, null, 3)]
    [InlineData(500, null, 3)]
    [InlineData(503, null, 3)]
    [InlineData(429, "true", 3)]
    [InlineData(400, "true", 3)]
    [InlineData(500, "false", 1)]
    [InlineData(409, "false", 1)]
    [InlineData(400, null, 1)]
    [InlineData(401, null, 1)]
    [InlineData(402, null, 1)]
    [InlineData(403, null, 1)]
    [InlineData(404, null, 1)]
    [InlineData(429, null, 1)]
    public async Task A_status_is_retried_as_the_table_says(int status, string? advice, int attempts)
    {
        for (var i = 0; i < attempts; i++) Server.Answer(status, """{"error":{"message":"no"}}""", advice is null ? [] : [("Stripe-Should-Retry", advice)]);

        var sending = Client.SendAsync(StripeRequest.Get("/v1/customers"), Stop);
        for (var retry = 0; retry < attempts - 1; retry++) AssertDelay(retry, await _clock.PassDelayAsync());
        var response = await sending;

        response.Status.Should().Be(status);
        response.Attempts.Should().Be(attempts);
        Server.Count.Should().Be(attempts);
    }

    [Fact, Guarantee("Stripe", 1)]
    public async Task Every_attempt_of_a_write_carries_the_same_key_and_the_same_bytes()
    {
        Server.Answer(500).Drop().Answer(200, """{"id":"cus_1"}""");

        var creating = Client.CreateCustomerAsync(new CustomerCreate { Email = "ada@example.com", Metadata = StripeSetup.Map(("a b", "ä&=")) }, ct: Stop);
        await _clock.PassDelayAsync();
        await _clock.PassDelayAsync();
        (await creating).Id.Should().Be("cus_1");

        var first = await Server.NextAsync();
        first.Key.Should().NotBeNullOrEmpty();
        first.Body.Should().Be("email=ada%40example.com&metadata[a%20b]=%C3%A4%26%3D");
        foreach (var attempt in new[] { await Server.NextAsync(), await Server.NextAsync() })
        {
            attempt.Key.Should().Be(first.Key);
            attempt.Body.Should().Be(first.Body);
        }
    }

    [Fact, Guarantee("Stripe", 1)]
    public async Task Two_writes_have_two_generated_keys()
    {
        await Client.CreateCustomerAsync(new CustomerCreate(), ct: Stop);
        await Client.CreateCustomerAsync(new CustomerCreate(), ct: Stop);

        (await Server.NextAsync()).Key.Should().NotBe((await Server.NextAsync()).Key);
    }

    [Fact, Guarantee("Stripe", 2)]
    public async Task Delays_double_to_five_seconds_and_are_spread_downward()
    {
        for (var i = 0; i < Intervals.Length; i++) Server.Answer(500);

        var sending = Client.SendAsync(StripeRequest.Get("/v1/customers", new StripeCallOptions(MaxRetries: Intervals.Length)), Stop);
        for (var retry = 0; retry < Intervals.Length; retry++) AssertDelay(retry, await _clock.PassDelayAsync());

        (await sending).Attempts.Should().Be(Intervals.Length + 1);
    }

    [Theory, Guarantee("Stripe", 2)]
    [InlineData("10", 10, 10)]
    [InlineData("30", 30, 30)]
    [InlineData("31", 0.5, 0.5)]
    [InlineData("0", 0.5, 0.5)]
    [InlineData("soon", 0.5, 0.5)]
    public async Task A_longer_wait_thatClient_asks_for_is_kept_up_to_30_seconds(string retryAfter, double least, double most)
    {
        Server.Answer(503, headers: ("Retry-After", retryAfter));

        var sending = Client.SendAsync(StripeRequest.Get("/v1/customers"), Stop);

        (await _clock.PassDelayAsync()).TotalSeconds.Should().BeInRange(least, most);
        (await sending).Status.Should().Be(200);
    }

    [Fact, Guarantee("Stripe", 2)]
    public async Task An_attempt_that_takes_longer_than_80_seconds_is_given_up_and_repeated()
    {
        Server.Hang();

        var creating = Client.CreateCustomerAsync(new CustomerCreate(), ct: Stop);
        var first = await Server.NextAsync();
        _clock.PassAttemptLimit();
        AssertDelay(0, await _clock.PassDelayAsync());

        (await creating).Id.Should().Be("obj_1");
        (await Server.NextAsync()).Key.Should().Be(first.Key);
    }

    [Fact, Guarantee("Stripe", 2)]
    public async Task An_answer_that_breaks_off_is_no_answer()
    {
        Server.Truncate();

        var creating = Client.CreateCustomerAsync(new CustomerCreate(), ct: Stop);
        AssertDelay(0, await _clock.PassDelayAsync());

        (await creating).Id.Should().Be("obj_1");
        (await Server.NextAsync()).Key.Should().Be((await Server.NextAsync()).Key);
    }

    [Fact, Guarantee("Stripe", 11)]
    public async Task A_connection_that_stays_lost_ends_in_an_error_with_the_key()
    {
        Server.Drop().Drop().Drop();

        var creating = Client.CreateCustomerAsync(new CustomerCreate(), new StripeCallOptions("signup-42"), Stop);
        AssertDelay(0, await _clock.PassDelayAsync());
        AssertDelay(1, await _clock.PassDelayAsync());

        var error = (await creating.Awaiting(task => task).Should().ThrowAsync<StripeApiException>()).Which;
        error.Kind.Should().Be(StripeErrorKind.Connection);
        error.IdempotencyKey.Should().Be("signup-42");
        error.InnerException.Should().NotBeNull();
        Server.Count.Should().Be(3);
    }

    [Fact, Guarantee("Stripe", 11)]
    public async Task Attempts_that_all_take_too_long_end_in_an_error_with_the_key()
    {
        Server.Hang();

        var creating = Client.CreateCustomerAsync(new CustomerCreate(), new StripeCallOptions("signup-42", MaxRetries: 0), Stop);
        await Server.NextAsync();
        _clock.PassAttemptLimit();

        (await creating.Awaiting(task => task).Should().ThrowAsync<StripeApiException>()).Which.Should().Match<StripeApiException>(error => error.Kind == StripeErrorKind.Connection && error.IdempotencyKey == "signup-42");
    }

    [Fact, Guarantee("Stripe", 2)]
    public async Task An_attempt_that_is_given_up_is_not_taken_for_a_closed_connection()
    {
        var connection = new ConnectionClosedByGivingUp();
        await using var provider = StripeSetup.Provide(
            Server.Address, time: _clock, services: services => services.AddHttpClient(StripeOptions.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => connection));

        var creating = provider.GetRequiredService<IStripeClient>().CreateCustomerAsync(new CustomerCreate(), new StripeCallOptions("signup-42", MaxRetries: 0), Stop);
        await connection.Asked;
        _clock.PassAttemptLimit();

        await creating.Awaiting(task => task).Should().ThrowAsync<StripeApiException>();
        connection.Requests.Should().Be(1);
    }

    [Fact, Guarantee("Stripe", 2)]
    public async Task A_closed_connection_is_retried_once_even_with_retries_off_when_a_key_makes_it_safe()
    {
        Server.Drop().Drop();

        var creating = Client.CreateCustomerAsync(new CustomerCreate(), new StripeCallOptions(MaxRetries: 0), Stop);
        AssertDelay(0, await _clock.PassDelayAsync());

        await creating.Awaiting(task => task).Should().ThrowAsync<StripeApiException>();
        Server.Count.Should().Be(2);
        (await Server.NextAsync()).Key.Should().Be((await Server.NextAsync()).Key);
    }

    [Fact, Guarantee("Stripe", 2)]
    public async Task A_closed_connection_is_not_retried_with_retries_off_without_a_key()
    {
        Server.Drop();

        await Client.Awaiting(stripe => stripe.SendAsync(StripeRequest.Get("/v1/customers", new StripeCallOptions(MaxRetries: 0)), Stop)).Should().ThrowAsync<StripeApiException>();

        Server.Count.Should().Be(1);
    }

    [Fact, Guarantee("Stripe", 11)]
    public async Task A_call_that_is_cancelled_between_attempts_names_its_key()
    {
        Server.Answer(500);
        using var caller = new CancellationTokenSource();

        var creating = Client.CreateCustomerAsync(new CustomerCreate(), new StripeCallOptions("signup-42"), caller.Token);
        await _clock.NextDelayAsync();
        await caller.CancelAsync();

        await AssertCancelledAsync(creating, caller.Token);
    }

    [Fact, Guarantee("Stripe", 11)]
    public async Task A_call_that_is_cancelled_in_an_attempt_names_its_key_and_is_not_retried()
    {
        Server.Hang();
        using var caller = new CancellationTokenSource();

        var creating = Client.CreateCustomerAsync(new CustomerCreate(), new StripeCallOptions("signup-42"), caller.Token);
        await Server.NextAsync();
        await caller.CancelAsync();

        await AssertCancelledAsync(creating, caller.Token);
        Server.Count.Should().Be(1);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_is_sent_sends_nothing()
    {
        await AssertCancelledAsync(Client.CreateCustomerAsync(new CustomerCreate(), new StripeCallOptions("signup-42"), new CancellationToken(canceled: true)), new CancellationToken(canceled: true));

        Server.Count.Should().Be(0);
    }

    [Fact]
    public async Task An_answer_says_how_many_attempts_it_took_and_whether_it_is_a_replay()
    {
        Server.Answer(500).Answer(200, """{"id":"cus_1"}""", ("Idempotent-Replayed", "true"), ("Request-Id", "req_7"));

        var sending = Client.SendAsync(StripeRequest.Post("/v1/customers", new StripeCallOptions("signup-42")), Stop);
        await _clock.PassDelayAsync();
        var response = await sending;

        response.Should().Match<StripeResponse>(answer => answer.Attempts == 2 && answer.IsReplay && answer.RequestId == "req_7" && answer.IdempotencyKey == "signup-42");
    }

    private static async Task AssertCancelledAsync(Task call, CancellationToken token)
    {
        var cancelled = (await call.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>()).Which;
        cancelled.Data[StripeRequest.IdempotencyKeyData].Should().Be("signup-42");
        cancelled.CancellationToken.Should().Be(token);
    }

    // Timers count whole milliseconds.
    private static void AssertDelay(int retry, TimeSpan delay) => delay.TotalSeconds.Should().BeInRange(Intervals[retry].Least - 0.001, Intervals[retry].Most, $"that is the interval of retry {retry}");
}
