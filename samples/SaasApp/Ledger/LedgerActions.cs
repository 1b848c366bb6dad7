using Patterns.CreditLedger;

namespace SaasApp;

/// <summary>What the buttons of the ledger's page do, and what they tell.</summary>
internal static class LedgerActions
{
    // <shown>
    public static async Task<string> DoAsync(ICreditLedger credits, AccountId account, string? operation, long amount, IReadOnlyList<OpenHold> holds, IReadOnlyList<LedgerEntry> history, CancellationToken ct)
    {
        var key = $"{operation} {Guid.CreateVersion7():N}"; // in a product: the id of the request or of the job, so that a repetition changes nothing
        switch (operation)
        {
            case "spend":
                var spent = await credits.SpendAsync(new Spend(account, key, amount), ct);
                return spent.Outcome == SpendOutcome.Spent ? $"Spent {amount}: {string.Join(" and ", spent.Lines.Select(static line => $"{line.Amount} {line.Pool}"))}." : $"{spent.Outcome}: {spent.Missing} are missing.";
            case "hold":
                var held = await credits.HoldAsync(new Hold(account, key, amount), ct);
                return held.Outcome == HoldOutcome.Held ? $"Holds {amount} until {held.ExpiresAt:HH:mm:ss} UTC." : $"{held.Outcome}: {held.Missing} are missing.";
            case "settle" when holds.Count > 0:
                var settled = await credits.SettleAsync(new Settle(account, holds[0].Key, amount), ct);
                return settled.Outcome == SettleOutcome.Settled ? $"Settled {settled.Amount}; {settled.Released} went back." : $"{settled.Outcome}: it holds {holds[0].Amount}.";
            case "refund" when history.FirstOrDefault(static entry => entry.Kind == EntryKind.Spend) is { Key: { } spend }:
                var refund = await credits.RefundAsync(new Refund(account, spend, key, amount), ct);
                return refund.Outcome == RefundOutcome.Refunded ? $"Refunded {refund.Amount} to the lots that they came from." : $"{refund.Outcome}: {refund.Refundable} can be refunded.";
            default:
                return "There is nothing to do that with.";
        }
    }
    // </shown>
}
