using Patterns.CreditLedger;
using Patterns.LlmCost;

namespace SaasApp;

/// <summary>Tells the cost ledger what customers have paid for: the part of their purchases whose credits they have used up. A product does so every night.</summary>
internal sealed class RevenueBook(ICreditLedgerAudit book, ILlmCostLedger costs, TimeProvider time)
{
    // <shown>
    public async Task<Month> CarryOverAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var month = Month.Of(now);
        var from = new DateTimeOffset(month.FirstDay, TimeOnly.MinValue, TimeSpan.Zero);
        foreach (var tenant in People.Tenants)
        {
            var used = (await book.RecognitionAsync(from, now, tenant, ct)).Where(static total => total.Movement == LedgerMovement.Consumed && total.Currency == "usd");
            await costs.SetRevenueAsync(new TenantRevenue(tenant, month, used.Sum(static total => total.RecognisedMinor), "usd", UsdPerMinor: 0.01m, Reference: "credits"), ct);
        }

        return month;
    }
    // </shown>
}
