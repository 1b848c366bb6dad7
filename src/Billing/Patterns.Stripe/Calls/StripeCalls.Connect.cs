using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

public static partial class StripeCalls
{
    /// <summary>Transfers money to a connected account.</summary>
    /// <param name="client">The client.</param>
    /// <param name="transfer">The transfer.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The transfer.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeTransfer> CreateTransferAsync(this IStripeClient client, TransferCreate transfer, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v1/transfers", transfer, ParameterJson.Default.TransferCreate, ResourceJson.Default.StripeTransfer, options, ct);

    /// <summary>Reads a transfer.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The transfer.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeTransfer> GetTransferAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.GetAsync($"/v1/transfers/{RequestRules.PathPart(id, nameof(id))}", ResourceJson.Default.StripeTransfer, options, ct);

    /// <summary>Takes back a transfer, or a part of it.</summary>
    /// <param name="client">The client.</param>
    /// <param name="transferId">The transfer.</param>
    /// <param name="reversal">What to take back.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The reversal.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeTransferReversal> ReverseTransferAsync(this IStripeClient client, string transferId, TransferReversalCreate reversal, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync($"/v1/transfers/{RequestRules.PathPart(transferId, nameof(transferId))}/reversals", reversal, ParameterJson.Default.TransferReversalCreate, ResourceJson.Default.StripeTransferReversal, options, ct);

    /// <summary>Reads an account.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id; the account that the call acts for without it.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The account.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeAccount> GetAccountAsync(this IStripeClient client, string? id = null, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.GetAsync(id is null ? "/v1/account" : $"/v1/accounts/{RequestRules.PathPart(id, nameof(id))}", ResourceJson.Default.StripeAccount, options, ct);
}
