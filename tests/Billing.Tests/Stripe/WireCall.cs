using System.Text.Json.Nodes;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>One logical call, as this package and as the official SDK make it.</summary>
/// <param name="Name">The function of the SDK, such as <c>customers.create</c>, and what is special about the call.</param>
/// <param name="Ours">The call through this package.</param>
/// <param name="Arguments">The arguments of the SDK's function, as JSON; <c>{"$date": ...}</c> stands for a Date.</param>
/// <param name="HasSchema">Whether the published schemas have the endpoint. Otherwise the SDK's types stand in.</param>
public sealed record WireCall(string Name, Func<IStripeClient, Task> Ours, string Arguments, bool HasSchema = true)
{
    public string Function => Name.Split(' ')[0];

    public JsonArray ArgumentList => JsonNode.Parse(Arguments)!.AsArray();

    public override string ToString() => Name;

    internal static async Task AllAsync<T>(IAsyncEnumerable<T> list)
    {
        await foreach (var _ in list)
        {
            // The call alone matters.
        }
    }
}
