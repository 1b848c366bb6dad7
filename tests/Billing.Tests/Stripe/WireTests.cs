using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>Each typed call and the same call of the official SDK, sent to one recording server, are the same request.</summary>
public sealed class WireTests(StripeServer server, Peers peers) : IClassFixture<StripeServer>, IAsyncDisposable
{
    private readonly ServiceProvider _provider = StripeSetup.Provide(server.Address);

    public static TheoryData<string> Calls => WireCalls.Names;

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Theory, Guarantee("Stripe", 3), MemberData(nameof(Calls))]
    public async Task A_typed_call_sends_what_the_official_sdk_sends(string name)
    {
        var call = WireCalls.Named(name);

        var (ours, theirs) = await SendAsync(call, _provider.GetRequiredService<IStripeClient>(), account: null, version: null);

        await AssertEqualAsync(ours, theirs);
    }

    [Fact, Guarantee("Stripe", 3)]
    public async Task A_call_for_a_connected_account_sends_what_the_official_sdk_sends()
    {
        var (ours, theirs) = await SendAsync(WireCalls.Named("disputes.retrieve"), _provider.GetRequiredService<IStripeClient>().ForAccount("acct_7"), "acct_7", version: null);

        ours.Header("Stripe-Account").Should().Be("acct_7");
        await AssertEqualAsync(ours, theirs);
    }

    [Fact]
    public async Task A_call_overrides_the_account_and_the_version_of_its_client()
    {
        var stripe = _provider.GetRequiredService<IStripeClient>().ForAccount("acct_7");

        await stripe.GetDisputeAsync("dp_1", new StripeCallOptions(Account: "acct_8", ApiVersion: "2025-01-27.acacia"), TestContext.Current.CancellationToken);
        await stripe.GetDisputeAsync("dp_1", new StripeCallOptions { Context = "org_1/acct_9" }, TestContext.Current.CancellationToken);
        await stripe.ForAccount("acct_10").GetDisputeAsync("dp_1", ct: TestContext.Current.CancellationToken);

        var first = await server.NextAsync();
        (first.Header("Stripe-Account"), first.Header("Stripe-Version")).Should().Be(("acct_8", "2025-01-27.acacia"));
        var second = await server.NextAsync();
        (second.Header("Stripe-Account"), second.Header("Stripe-Context")).Should().Be((null, "org_1/acct_9"));
        (await server.NextAsync()).Header("Stripe-Account").Should().Be("acct_10");
    }

    [Fact]
    public async Task A_call_names_the_package_and_its_version()
    {
        await _provider.GetRequiredService<IStripeClient>().GetDisputeAsync("dp_1", ct: TestContext.Current.CancellationToken);

        var request = await server.NextAsync();
        request.Header("User-Agent").Should().MatchRegex(@"^Patterns\.Stripe/\d+\.\d+\.\d+$");
        request.Header("Authorization").Should().Be("Bearer " + StripeSetup.Key);
    }

    [Fact]
    public async Task A_key_of_the_caller_is_sent_as_it_is()
    {
        await _provider.GetRequiredService<IStripeClient>().CreateCustomerAsync(new CustomerCreate(), new StripeCallOptions("signup:42"), TestContext.Current.CancellationToken);

        (await server.NextAsync()).Key.Should().Be("signup:42");
    }

    [Fact]
    public async Task An_empty_list_is_sent_as_an_explicit_nothing_and_brackets_are_literal()
    {
        await _provider.GetRequiredService<IStripeClient>().UpdateSubscriptionAsync("sub_1", new SubscriptionUpdate { Items = [], CancelAt = StripeValue.Clear, Description = "[ö]" }, ct: TestContext.Current.CancellationToken);

        (await server.NextAsync()).Body.Split('&').Should().BeEquivalentTo("items=", "cancel_at=", "description=%5B%C3%B6%5D");
    }

    private async Task<(ReceivedRequest Ours, ReceivedRequest Theirs)> SendAsync(WireCall call, IStripeClient stripe, string? account, string? version)
    {
        await call.Ours(stripe);
        var ours = await server.NextAsync();
        await peers.CallAsync("stripe.call", new { address = server.Address, key = StripeSetup.Key, name = call.Function, args = call.ArgumentList, account, version });
        return (ours, await server.NextAsync());
    }

    private async Task AssertEqualAsync(ReceivedRequest ours, ReceivedRequest theirs)
    {
        (ours.Method, ours.Path).Should().Be((theirs.Method, theirs.Path));
        foreach (var header in new[] { "Authorization", "Stripe-Version", "Stripe-Account", "Stripe-Context", "Content-Type" })
        {
            // A GET has no content; the SDK names its type all the same.
            if (header == "Content-Type" && ours.Method != "POST") continue;
            ours.Header(header).Should().Be(theirs.Header(header), header);
        }
        (ours.Key is not null).Should().Be(theirs.Key is not null);
        JsonNode.DeepEquals(await DecodeAsync(ours.Query), await DecodeAsync(theirs.Query)).Should().BeTrue($"{ours.Query} is what {theirs.Query} is");
        var v2 = ours.Path.StartsWith("/v2/", StringComparison.Ordinal);
        JsonNode.DeepEquals(v2 ? JsonNode.Parse(ours.Body) : await DecodeAsync(ours.Body), v2 ? JsonNode.Parse(theirs.Body) : await DecodeAsync(theirs.Body))
            .Should().BeTrue($"{ours.Body} is what {theirs.Body} is");
    }

    private async Task<JsonNode?> DecodeAsync(string form) => await peers.CallAsync("stripe.decode", new { form });
}
