using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

/// <summary>What all typed calls do: encode, send, read.</summary>
internal static class TypedCall
{
    public static Task<TResult> GetAsync<TResult>(this IStripeClient client, string path, JsonTypeInfo<TResult> result, StripeCallOptions? options, CancellationToken ct) =>
        client.CallAsync(StripeRequest.Get(path, options), result, ct);

    public static Task<TResult> PostAsync<T, TResult>(
        this IStripeClient client, string path, T parameters, JsonTypeInfo<T> type, JsonTypeInfo<TResult> result, StripeCallOptions? options, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return client.CallAsync(StripeRequest.Post(path, parameters, type, options), result, ct);
    }

    public static async Task<TResult> CallAsync<TResult>(this IStripeClient client, StripeRequest request, JsonTypeInfo<TResult> result, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(client);
        var response = await client.SendAsync(request, ct).ConfigureAwait(false);
        return response.Read(result);
    }
}
