using System.Text.Json.Nodes;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>What each typed call sends keeps to Stripe's published schema of its operation; where there is none, to the parameter type of the official SDK.</summary>
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
        foreach (var call in WireCalls.All)
        {
            await call.Ours(stripe);
            var request = await server.NextAsync();
            var form = request.Method == "POST" ? request.Body : request.Query;
            var answer = await peers.CallAsync("stripe.validate", new { method = request.Method, path = request.Path, form });
            if (answer is null)
            {
                // Without a schema the call must have a type, or nothing to check.
                if (call.Type is null && form.Length > 0) faults.Add($"{call.Name}: neither schema nor type");
                continue;
            }
            validated++;
            faults.AddRange(answer.AsArray().Select(fault => $"{call.Name}: {fault}"));
        }

        faults.Should().BeEmpty();
        validated.Should().BeGreaterThan(25);
    }

    [Fact, Guarantee("Stripe", 3)]
    public async Task What_the_published_schemas_lack_keeps_to_the_types_of_the_official_sdk()
    {
        // The parameters are those of the SDK's call, which the wire tests find equal to ours.
        var literals = WireCalls.All.Where(call => call.Type is not null).Select(call => new { type = call.Type, value = call.ArgumentList[^1]!.DeepClone() }).ToList();
        literals.Add(new { type = (string?)"Stripe.InvoiceCreatePreviewParams", value = JsonNode.Parse("""{"planted":1}""")! });

        var faults = await peers.CallAsync("stripe.typecheck", new { literals });

        faults!.AsArray().Select(fault => (string)fault!).Should().ContainSingle().Which.Should().Contain("planted");
    }
}
