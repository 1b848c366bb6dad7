namespace Patterns.Stripe;

/// <summary>
/// Sends requests to Stripe. Every typed call (<see cref="StripeCalls"/>) is an extension method over <see cref="SendAsync"/>, so another implementation, such as an adapter
/// over Stripe.net's raw requests, serves all of them. Thread-safe.
/// </summary>
public interface IStripeClient
{
    /// <summary>
    /// Sends the request, with retries that all carry the same idempotency key and the same bytes, and returns Stripe's answer, be it a success or an error.
    /// </summary>
    /// <param name="request">What to send.</param>
    /// <param name="ct">
    /// Ends the attempt that runs and the wait between two. The outcome is then unknown, and the <see cref="OperationCanceledException"/> carries the idempotency key in its
    /// <see cref="Exception.Data"/> under <see cref="StripeRequest.IdempotencyKeyData"/>: repeating the call with that key fetches the answer and never writes twice.
    /// </param>
    /// <returns>The answer; <see cref="StripeResponse.Read{T}"/> turns an error into a <see cref="StripeApiException"/>.</returns>
    /// <exception cref="StripeApiException">No answer came: <see cref="StripeErrorKind.Connection"/>, with the idempotency key.</exception>
    /// <exception cref="InvalidOperationException"><see cref="StripeOptions.Enabled"/> is false.</exception>
    Task<StripeResponse> SendAsync(StripeRequest request, CancellationToken ct = default);

    /// <summary>A client that acts for a connected account: it sends <c>Stripe-Account</c> with each call that names no account of its own.</summary>
    /// <param name="accountId">The account, such as <c>acct_...</c>.</param>
    /// <returns>A client that shares everything else with this one.</returns>
    /// <exception cref="ArgumentException">The id is empty or has characters that a header cannot carry.</exception>
    IStripeClient ForAccount(string accountId);
}
