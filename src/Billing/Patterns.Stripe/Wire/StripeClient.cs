namespace Patterns.Stripe.Wire;

internal sealed class StripeClient : IStripeClient
{
    public Task<StripeResponse> SendAsync(StripeRequest request, CancellationToken ct = default) => throw new NotSupportedException();

    public IStripeClient ForAccount(string accountId) => throw new NotSupportedException();
}
