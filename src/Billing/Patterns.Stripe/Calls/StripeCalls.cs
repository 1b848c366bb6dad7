using System.Text.Json.Serialization.Metadata;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>
/// The typed calls. Each checks its arguments before any I/O (<see cref="ArgumentException"/>), sends through <see cref="IStripeClient.SendAsync"/>, and throws a
/// <see cref="StripeApiException"/> for an error.
/// </summary>
public static partial class StripeCalls
{
    /// <summary>
    /// Reads a list page by page: v1 lists forward, or backward when the query names <c>ending_before</c> (each page then runs from its older end); v1 searches; v2 lists.
    /// </summary>
    /// <typeparam name="T">What it lists.</typeparam>
    /// <param name="client">The client.</param>
    /// <param name="path">The path with its query.</param>
    /// <param name="type">How an entry is read from JSON.</param>
    /// <param name="options">What these calls do otherwise than their client.</param>
    /// <param name="ct">Ends the enumeration.</param>
    /// <returns>The entries, one page in memory at a time. Pages are fetched as the enumeration reaches them, so it sees changes that happen meanwhile.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error or did not answer, or says that there is more after an empty page (<see cref="StripeErrorKind.Api"/>).</exception>
    public static IAsyncEnumerable<T> ListAsync<T>(this IStripeClient client, string path, JsonTypeInfo<T> type, StripeCallOptions? options = null, CancellationToken ct = default) =>
        Pages.ListAsync(client ?? throw new ArgumentNullException(nameof(client)), StripeRequest.Get(path, options), type ?? throw new ArgumentNullException(nameof(type)), ct);
}
