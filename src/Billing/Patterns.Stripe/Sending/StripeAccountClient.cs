namespace Patterns.Stripe.Sending;

/// <summary>A client that acts for a connected account.</summary>
internal sealed class StripeAccountClient(StripeClient client, string account) : IStripeClient
{
    public Task<StripeResponse> SendAsync(StripeRequest request, CancellationToken ct = default) => client.SendAsync(request, account, ct);

    public IStripeClient ForAccount(string accountId) => client.ForAccount(accountId);
}
