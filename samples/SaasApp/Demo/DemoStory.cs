using System.Runtime.CompilerServices;
using Patterns.AuditLog;
using Patterns.CreditLedger;
using Patterns.RlsSession;

namespace SaasApp;

/// <summary>The story of the pages, told in the terminal: a customer keeps to its own rows, buys credits, works with them, and an administrator edits the log.</summary>
internal sealed class DemoStory(Attempts attempts, Checkout checkout, ICreditLedger credits, ICreditLedgerAudit book, IAuditLog audit, IAuditIntegrity integrity, Tampering tampering, Author author, Providers providers)
{
    private static readonly Person Buyer = People.Everybody[0];
    private static readonly AccountId Account = new(Buyer.Tenant);

    public async IAsyncEnumerable<DemoStep> TellAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var attempt in await attempts.TryAsync(new TenantScope(Buyer.Tenant, Buyer.Id), other: "globex", ct))
            yield return new(attempt.Title, attempt.Answer, attempt.IsRight);

        var bought = await checkout.PlayAsync(Buyer, Pack.All[0], ct);
        yield return new("A purchase", $"{string.Join(", ", bought.Answers.Select(static answer => answer.Answer))}: {bought.After - bought.Before} credits", bought.IsRight);

        yield return await WorkAsync(ct);
        yield return await WriteAsync(ct);
        var breaks = await book.VerifyAsync(ct: ct).CountAsync(ct);
        yield return new("The seven invariants", breaks == 0 ? "hold" : $"{breaks} broken", breaks == 0);

        await foreach (var step in TamperAsync(bought.Id, ct)) yield return step;
    }

    private async Task<DemoStep> WorkAsync(CancellationToken ct)
    {
        var before = (await credits.BalanceAsync(Account, ct)).Spendable;
        await credits.HoldAsync(new Hold(Account, "demo", Amount: 200), ct);
        var settled = await credits.SettleAsync(new Settle(Account, "demo", Actual: 150), ct);
        var after = (await credits.BalanceAsync(Account, ct)).Spendable;
        return new("Held 200, settled 150", $"{settled.Released} went back, {after} of {before} are left", settled.Outcome == SettleOutcome.Settled && before - after == 150);
    }

    private async Task<DemoStep> WriteAsync(CancellationToken ct)
    {
        providers.Set(Mood.DiesMidStream);
        var text = await author.WriteAsync(Buyer, "a provider that dies", static _ => ValueTask.CompletedTask, ct);
        providers.Set(Mood.Healthy);
        var isRight = text.Failure is null && text.Attempts.Count == 2 && text.Text.StartsWith("Nobody had planned", StringComparison.Ordinal) && text.Text.TrimEnd().EndsWith("patience.", StringComparison.Ordinal);
        return new("Written by two models", $"{string.Join(", then ", text.Attempts.Select(static attempt => attempt.Model))}: {text.Cost}, {text.Charged} credits", isRight);
    }

    private async IAsyncEnumerable<DemoStep> TamperAsync(string purchase, [EnumeratorCancellation] CancellationToken ct)
    {
        var auditor = new AuditActor("user", "auditor");
        await integrity.SealNowAsync(ct);
        var intact = await integrity.VerifyAsync(new VerifyRequest(auditor), ct);
        yield return new("The audit log", $"{intact.Entries} entries, {(intact.IsIntact ? "intact" : "not intact")}", intact.IsIntact);

        var entry = (await audit.QueryAsync(new AuditFilter(Buyer.Tenant, auditor) { ActionPrefix = "billing.", Target = new AuditTarget("purchase", purchase) }, ct)).Entries[0].Entry.Id;
        await tampering.ForgeAsync(entry, ct);
        var found = (await integrity.VerifyAsync(new VerifyRequest(auditor), ct)).Findings.Where(static finding => finding.IsFault).ToList();
        await tampering.RestoreAsync(entry, ct);
        yield return new(
            "Edited by a superuser",
            string.Join("; ", found.Select(static finding => $"{finding.Kind}: tenant {finding.TenantId}, number {finding.SequenceNumber}")),
            found is [{ Kind: FindingKind.Altered } only] && only.EntryId == entry && only.TenantId == Buyer.Tenant);
    }
}
