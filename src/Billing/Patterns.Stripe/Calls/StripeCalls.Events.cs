using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

public static partial class StripeCalls
{
    /// <summary>Reads an event, for 30 days after it happened.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The event.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeEvent> GetEventAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.GetAsync($"/v1/events/{RequestRules.PathPart(id, nameof(id))}", ResourceJson.Default.StripeEvent, options, ct);
}
