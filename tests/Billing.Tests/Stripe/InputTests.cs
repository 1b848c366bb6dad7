using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>What cannot be right is refused before anything is sent, with the limit and the remedy.</summary>
public sealed class InputTests(StripeServer server) : IClassFixture<StripeServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, Func<StripeRequest>, string> Requests => new()
    {
        { "no version", () => StripeRequest.Get("/customers"), "*/v1/*" },
        { "a whole address", () => StripeRequest.Get("https://api.stripe.com/v1/customers"), "*path alone*" },
        { "a space", () => StripeRequest.Get("/v1/customers?email=a b"), "*percent-encode*" },
        { "a line end", () => StripeRequest.Get("/v1/customers\r\nX: y"), "*percent-encode*" },
        { "a fragment", () => StripeRequest.Get("/v1/customers#x"), "*percent-encode*" },
        { "content on a GET", () => new StripeRequest(HttpMethod.Get, "/v1/customers", new byte[1]), "*no content*" },
        { "content on a DELETE", () => new StripeRequest(HttpMethod.Delete, "/v1/customers/cus_1", new byte[1]), "*no content*" },
        { "another method", () => new StripeRequest(HttpMethod.Put, "/v1/customers"), "*GET, POST and DELETE*" },
        { "an empty key", () => StripeRequest.Post("/v1/customers", new StripeCallOptions("")), "*1 to 255*" },
        { "a key of 256 characters", () => StripeRequest.Post("/v1/customers", new StripeCallOptions(new string('k', 256))), "*256 characters*1 to 255*" },
        { "a key with a line end", () => StripeRequest.Post("/v1/customers", new StripeCallOptions("a\nb")), "*visible ASCII*" },
        { "a key outside ASCII", () => StripeRequest.Post("/v1/customers", new StripeCallOptions("ä")), "*visible ASCII*" },
        { "retries below 0", () => StripeRequest.Get("/v1/customers", new StripeCallOptions(MaxRetries: -1)), "*0 to 10*" },
        { "retries above 10", () => StripeRequest.Get("/v1/customers", new StripeCallOptions(MaxRetries: 11)), "*0 to 10*" },
        { "an account with a line end", () => StripeRequest.Get("/v1/customers", new StripeCallOptions(Account: "acct\n1")), "*Account*" },
        { "an empty version", () => StripeRequest.Get("/v1/customers", new StripeCallOptions(ApiVersion: "")), "*ApiVersion*" },
        { "account and context", () => StripeRequest.Get("/v1/customers", new StripeCallOptions(Account: "acct_1") { Context = "acct_2" }), "*not both*" },
    };

    [Theory, MemberData(nameof(Requests))]
    public void A_request_that_cannot_be_sent_is_refused(string what, Func<StripeRequest> make, string message) =>
        make.Should().Throw<ArgumentException>(what).WithMessage(message);

    [Fact]
    public void A_key_of_255_characters_is_taken() => StripeRequest.Post("/v1/customers", new StripeCallOptions(new string('k', 255))).Options!.IdempotencyKey.Should().HaveLength(255);

    [Fact]
    public async Task A_call_with_a_bad_argument_sends_nothing()
    {
        await using var provider = StripeSetup.Provide(server.Address);
        var stripe = provider.GetRequiredService<IStripeClient>();

        await stripe.Awaiting(client => client.GetCustomerAsync("", ct: Stop)).Should().ThrowAsync<ArgumentException>();
        await stripe.Awaiting(client => client.GetCustomerAsync("..", ct: Stop)).Should().ThrowAsync<ArgumentException>();
        await stripe.Awaiting(client => client.UpdateCustomerAsync("cus_1", null!, ct: Stop)).Should().ThrowAsync<ArgumentNullException>();
        await stripe.Awaiting(client => client.SendMeterEventStreamAsync(new StripeMeterEventSession(), [], ct: Stop)).Should().ThrowAsync<ArgumentException>().WithMessage("*1 to 100*");
        await stripe.Awaiting(client => client.PayInvoiceAsync("in_1", paymentMethod: null, null!, Stop)).Should().ThrowAsync<ArgumentNullException>();
        stripe.Invoking(client => client.ForAccount("acct\n")).Should().Throw<ArgumentException>();
        stripe.Invoking(client => client.ListAsync("/v3/x", JsonText.Default.JsonElement, ct: Stop)).Should().Throw<ArgumentException>("before the first page is asked for");

        server.Count.Should().Be(0);
    }

    public static TheoryData<string, Action<StripeOptions>, string> Options => new()
    {
        { "no key", options => options.ApiKey = null, "*ApiKey is missing*Enabled*" },
        { "a key with a line end", options => options.ApiKey = "sk_test_x\n", "*ApiKey*spaces and line ends*" },
        { "a publishable key", options => options.ApiKey = "pk_test_x", "*publishable*" },
        { "no version", options => options.ApiVersion = "", "*ApiVersion*2026-10-28.endive*" },
        { "too many retries", options => options.MaxRetries = 11, "*MaxRetries is 11*0 to 10*" },
        { "no time", options => options.Timeout = TimeSpan.Zero, "*Timeout*more than zero*" },
        { "no address", options => options.ApiBase = new Uri("/v1", UriKind.Relative), "*ApiBase*absolute*" },
        { "a live key in the clear", options => { options.ApiKey = "sk_live_x"; options.MeterEventsBase = new Uri("http://stripe.example"); }, "*MeterEventsBase*use https*" },
        { "a plan without a price", options => options.Plans["pro"] = "", "*Plans['pro']*" },
        { "a price of two plans", options => { options.Plans["pro"] = "price_1"; options.Plans["team"] = "price_1"; }, "*'price_1'*'pro' and 'team'*" },
    };

    [Theory, MemberData(nameof(Options))]
    public async Task Wrong_options_are_named_with_their_remedy_and_never_with_the_key(string what, Action<StripeOptions> change, string message)
    {
        await using var provider = StripeSetup.Provide(server.Address, change);

        var refused = provider.Invoking(services => services.GetRequiredService<IStartupValidator>().Validate()).Should().Throw<OptionsValidationException>(what).WithMessage(message).Which;

        refused.ToString().Should().NotContain(StripeSetup.Key).And.NotContain("sk_live_x");
    }

    [Fact, Guarantee("Stripe", 10)]
    public async Task Switched_off_the_package_registers_without_a_key_and_calls_name_the_option()
    {
        await using var provider = StripeSetup.Provide(server.Address, options => { options.Enabled = false; options.ApiKey = null; });
        provider.GetRequiredService<IStartupValidator>().Validate();
        var stripe = provider.GetRequiredService<IStripeClient>();

        await stripe.Awaiting(client => client.CreateCustomerAsync(new CustomerCreate(), ct: Stop)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*StripeOptions.Enabled*");
        await stripe.ForAccount("acct_1").Awaiting(client => client.GetCustomerAsync("cus_1", ct: Stop)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*StripeOptions.Enabled*");
        server.Count.Should().Be(0);
    }

    [Fact]
    public async Task Registering_twice_keeps_what_the_application_configured_in_between()
    {
        var seen = new SeenRequests();
        await using var provider = StripeSetup.Provide(server.Address, services: services =>
        {
            services.AddHttpClient(StripeOptions.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => seen);
            services.AddStripe(options => options.MaxRetries = 1);
        });

        await provider.GetRequiredService<IStripeClient>().GetCustomerAsync("cus_1", ct: Stop);

        seen.Paths.Should().Equal("/v1/customers/cus_1");
        provider.GetServices<IStripeClient>().Should().ContainSingle();
        provider.GetRequiredService<IOptions<StripeOptions>>().Value.MaxRetries.Should().Be(1);
    }

    private sealed class SeenRequests : HttpMessageHandler
    {
        public List<string> Paths { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Paths.Add(request.RequestUri!.AbsolutePath);
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent("""{"id":"cus_1"}""") });
        }
    }
}
