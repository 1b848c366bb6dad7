using Npgsql;
using Patterns.CreditLedger;
using Patterns.LlmCost;
using Patterns.RlsSession;

namespace SaasApp;

/// <summary>What the tenants have on their first day, in Development. A start that repeats it changes nothing.</summary>
internal sealed class Seed(ICreditLedger credits, IRlsSession session, ILlmCostLedger costs) : IHostedService
{
    private const long Welcome = 500;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var prices = LlmPriceExample.Open()) await costs.ImportPricesAsync(prices, cancellationToken: cancellationToken);
        foreach (var person in People.Everybody.DistinctBy(static person => person.Tenant, StringComparer.Ordinal))
        {
            await credits.GrantAsync(new Grant(new AccountId(person.Tenant), "welcome", Pools.Free, Welcome) { Reason = "every new customer's" }, cancellationToken);
            await session.ExecuteAsync(new TenantScope(person.Tenant, person.Id), Documents(person), cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static NpgsqlBatch Documents(Person person) => new()
    {
        BatchCommands =
        {
            new(
                """
                INSERT INTO app.documents (tenant_id, id, title, body, written_by)
                SELECT patterns.tenant_id(), $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM app.documents)
                """)
            {
                Parameters =
                {
                    new() { Value = Guid.CreateVersion7() },
                    new() { Value = $"Plans of {person.Tenant}" },
                    new() { Value = "Nobody else may read this." },
                    new() { Value = person.Id },
                },
            },
        },
    };
}
