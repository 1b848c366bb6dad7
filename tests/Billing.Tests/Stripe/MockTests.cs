using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>Against stripe-stateful-mock from npm, which keeps customers and idempotency keys.</summary>
public sealed class MockTests(Peers peers) : IAsyncLifetime
{
    private ServiceProvider _provider = null!;
    private IStripeClient _stripe = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var address = (string)(await peers.CallAsync("stripe.mock", new { }))!;

        // The mock keeps idempotency keys by API key, so each test has its own.
        _provider = StripeSetup.Provide(new Uri(address), options => options.ApiKey = $"sk_test_{Guid.CreateVersion7():N}");
        _stripe = _provider.GetRequiredService<IStripeClient>();
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Fact, Guarantee("Stripe", 1)]
    public async Task The_same_key_twice_makes_one_customer()
    {
        var options = new StripeCallOptions("signup-42");

        var first = await _stripe.CreateCustomerAsync(new CustomerCreate { Email = "ada@example.com" }, options, Stop);
        var second = await _stripe.CreateCustomerAsync(new CustomerCreate { Email = "ada@example.com" }, options, Stop);

        second.Id.Should().Be(first.Id);
        second.Email.Should().Be("ada@example.com");
    }

    [Fact, Guarantee("Stripe", 4)]
    public async Task The_same_key_with_other_parameters_is_refused()
    {
        var options = new StripeCallOptions("signup-42");
        await _stripe.CreateCustomerAsync(new CustomerCreate { Email = "ada@example.com" }, options, Stop);

        var error = await FailAsync(() => _stripe.CreateCustomerAsync(new CustomerCreate { Email = "bob@example.com" }, options, Stop));

        error.Kind.Should().Be(StripeErrorKind.Idempotency);
        error.Error.Type.Should().Be("idempotency_error");
    }

    [Fact, Guarantee("Stripe", 4)]
    public async Task A_declined_token_is_a_card_error_with_its_decline_code()
    {
        var request = new StripeRequest(HttpMethod.Post, "/v1/charges", Encoding.ASCII.GetBytes("amount=1000&currency=usd&source=tok_chargeDeclinedInsufficientFunds"));

        var error = await FailAsync(async () => (await _stripe.SendAsync(request, Stop)).Read(JsonText.Default.JsonElement));

        error.Kind.Should().Be(StripeErrorKind.Card);
        error.Error.Status.Should().Be(402);
        error.Error.DeclineCode.Should().Be("insufficient_funds");
        error.Error.Charge.Should().StartWith("ch_");
    }

    [Fact, Guarantee("Stripe", 4)]
    public async Task A_foreign_account_is_a_permission_error()
    {
        var error = await FailAsync(() => _stripe.ForAccount("acct_nobody").GetCustomerAsync("cus_1", ct: Stop));

        error.Kind.Should().Be(StripeErrorKind.Permission);
        error.Error.Status.Should().Be(403);
    }

    [Fact, Guarantee("Stripe", 5)]
    public async Task A_list_is_read_page_by_page()
    {
        var made = new List<string>();
        for (var i = 0; i < 5; i++) made.Add((await _stripe.CreateCustomerAsync(new CustomerCreate(), ct: Stop)).Id);

        var listed = new List<string>();
        await foreach (var customer in _stripe.ListAsync("/v1/customers?limit=2", JsonText.Default.JsonElement, ct: Stop)) listed.Add(customer.GetProperty("id").GetString()!);

        listed.Should().OnlyHaveUniqueItems().And.Contain(made);
    }

    private static async Task<StripeApiException> FailAsync<T>(Func<Task<T>> call) => (await call.Should().ThrowAsync<StripeApiException>()).Which;
}
