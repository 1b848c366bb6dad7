using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

internal static class Pages
{
    public static async IAsyncEnumerable<T> ListAsync<T>(IStripeClient client, StripeRequest first, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield break;
    }
}
