using System.Text.Json.Nodes;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>What each typed call sends keeps to Stripe's published schema of its operation; and all of them, to the parameter types of the official SDK, which are newer.</summary>
public sealed class SchemaTests(Peers peers)
{
    [Fact, Guarantee("Stripe", 3)]
    public async Task What_is_sent_keeps_to_the_published_schemas()
    {
        await using var server = await StripeServer.StartAsync();
        await using var provider = StripeSetup.Provide(server.Address);
        var stripe = (IStripeClient)provider.GetService(typeof(IStripeClient))!;
        var faults = new List<string>();
        var validated = 0;
        foreach (var call in WireCalls.All.Where(call => call.HasSchema))
        {
            await call.Ours(stripe);
            var request = await server.NextAsync();
            var form = request.Method == "POST" ? request.Body : request.Query;
            var answer = await peers.CallAsync("stripe.validate", new { method = request.Method, path = request.Path, form });
            if (answer is null)
            {
                if (form.Length > 0) faults.Add($"{call.Name}: there is no schema; the call needs HasSchema: false");
                continue;
            }
            validated++;
            faults.AddRange(answer.AsArray().Select(fault => $"{call.Name}: {fault}"));
        }

        faults.Should().BeEmpty();
        validated.Should().BeGreaterThan(25);
    }

    [Fact, Guarantee("Stripe", 3)]
    public async Task What_is_sent_keeps_to_the_types_of_the_official_sdk()
    {
        // The arguments are those of the SDK's call, which the wire tests find equal to ours.
        var literals = WireCalls.All.Select(call => new { function = call.Function, value = (JsonNode)call.ArgumentList }).ToList();
        literals.Add(new { function = "invoices.createPreview", value = JsonNode.Parse("""[{"planted":1}]""")! });

        var faults = await peers.CallAsync("stripe.typecheck", new { literals });

        faults!.AsArray().Select(fault => (string)fault!).Should().ContainSingle().Which.Should().Contain("planted");
    }
}
