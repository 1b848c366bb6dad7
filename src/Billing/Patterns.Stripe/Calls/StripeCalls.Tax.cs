using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

public static partial class StripeCalls
{
    /// <summary>Calculates the taxes of a sale. Stripe does not check whether the tax ids exist.</summary>
    /// <param name="client">The client.</param>
    /// <param name="sale">The sale.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The taxes.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeTaxCalculation> CreateTaxCalculationAsync(this IStripeClient client, TaxCalculationCreate sale, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v1/tax/calculations", sale, ParameterJson.Default.TaxCalculationCreate, ResourceJson.Default.StripeTaxCalculation, options, ct);
}
