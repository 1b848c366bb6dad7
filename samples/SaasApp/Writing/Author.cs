using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;
using Npgsql;
using Patterns.AuditLog;
using Patterns.CreditLedger;
using Patterns.LlmCost;
using Patterns.LlmFallback;
using Patterns.Postgres;
using Patterns.RlsSession;

namespace SaasApp;

/// <summary>Writes texts for credits: holds what one may cost, writes it with whichever model answers, and settles what it did cost in the transaction that keeps the text.</summary>
internal sealed class Author(
    [FromKeyedServices(Author.Chain)] IChatClient model, ILlmCost costs, BookedAttempts booked, ICreditLedger credits, IRlsSession session, IAuditLog audit, IPostgres postgres)
{
    public const string Chain = "texts";
    public const int MaxOutput = 6_000;
    private const long Worst = 12; // credits: what MaxOutput tokens cost at the most expensive model
    private const int Remembered = 100;
    private static readonly PicoUsd CostOfCredit = PicoUsd.FromUsd(0.02m);
    private readonly ConcurrentQueue<WrittenText> _written = new();

    public WrittenText? Find(string tenant, Guid id) => _written.FirstOrDefault(text => text.Id == id && text.Tenant == tenant);

    // <shown>
    /// <param name="person">Who asks.</param>
    /// <param name="topic">What about.</param>
    /// <param name="show">Gets each piece of the text as it comes.</param>
    /// <param name="ct">The reader has gone: what was written until then is settled.</param>
    public async Task<WrittenText> WriteAsync(Person person, string topic, Func<string, ValueTask> show, CancellationToken ct)
    {
        var (id, account) = (Guid.CreateVersion7(), new AccountId(person.Tenant));
        var held = await credits.HoldAsync(new Hold(account, $"text {id:N}", Worst, TimeToLive: TimeSpan.FromMinutes(5)), ct);
        if (held.Outcome != HoldOutcome.Held)
            return Remember(new(id, person.Tenant, topic, "", [], [], 0, 0, $"{held.Missing} credits are missing."));

        var (text, notes) = (new StringBuilder(), new FaultNotes());
        string? failure;
        using (LlmCostScope.Begin(person.Tenant, feature: "texts", person.Id, runId: id))
            failure = await AskAsync(topic, notes, text, show, ct);

        // From here on nobody waits, and nothing is cancelled: the model has been paid.
        await costs.FlushAsync(CancellationToken.None);
        var attempts = await booked.ReadAsync(person.Tenant, id, CancellationToken.None);
        var written = new WrittenText(id, person.Tenant, topic, text.ToString(), notes.Faults, attempts, Worst, 0, failure);
        var charged = Math.Min(Worst, (long)((written.Cost.Value + CostOfCredit.Value - 1) / CostOfCredit.Value));
        await postgres.RunAsync((transaction, token) => SettleAsync(transaction, person, written, charged, token), ct: CancellationToken.None);
        return Remember(written with { Charged = charged });
    }
    // </shown>

    private async Task<string?> AskAsync(string topic, FaultNotes notes, StringBuilder text, Func<string, ValueTask> show, CancellationToken ct)
    {
        try
        {
            var options = notes.Of(new ChatOptions { MaxOutputTokens = MaxOutput });
            await foreach (var update in model.GetStreamingResponseAsync($"Write a short text. {LoopbackText.Marker}{topic}", options, ct))
            {
                if (update.Text.Length == 0) continue;
                text.Append(update.Text);
                await show(update.Text);
            }

            return null;
        }
        catch (LlmFallbackException error)
        {
            notes.Take(error.Attempts);
            return "No model answered.";
        }
        catch (LlmStreamInterruptedException error)
        {
            notes.Take([error.Attempt]);
            return "The text broke off, and no model could go on.";
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or HttpRequestException)
        {
            return "The reader has gone, or the provider did.";
        }
    }

    // The text, its entry in the audit log and its price are there together, or none of them is.
    private async ValueTask SettleAsync(NpgsqlTransaction transaction, Person person, WrittenText written, long charged, CancellationToken ct)
    {
        await session.ApplyAsync(transaction, new TenantScope(person.Tenant, person.Id), ct);
        if (written.Text.Length > 0)
        {
            await using var insert = new NpgsqlCommand(
                "INSERT INTO app.documents (tenant_id, id, title, body, written_by) VALUES (patterns.tenant_id(), $1, $2, $3, patterns.user_id())", transaction.Connection, transaction)
            {
                Parameters = { new() { Value = written.Id }, new() { Value = written.Topic }, new() { Value = written.Text } },
            };
            await insert.ExecuteNonQueryAsync(ct);
            await audit.AppendAsync(transaction, new AuditEntry(person.Tenant, new AuditActor("user", person.Id), "texts.text.written")
            {
                Targets = [new AuditTarget("text", $"{written.Id:N}")],
                Details = string.Create(CultureInfo.InvariantCulture, $$"""{"credits":{{charged}},"attempts":{{written.Attempts.Count}}}"""),
            }, ct);
        }

        var account = new AccountId(person.Tenant);
        var settled = charged > 0
            ? (await credits.SettleAsync(transaction, new Settle(account, $"text {written.Id:N}", charged), ct)).Outcome == SettleOutcome.Settled
            : (await credits.ReleaseAsync(transaction, account, $"text {written.Id:N}", ct)).Outcome == HoldEnd.Done;
        if (!settled)
            throw new InvalidOperationException($"The hold of text {written.Id:N} has ended before the text did.");
    }

    private WrittenText Remember(WrittenText text)
    {
        _written.Enqueue(text);
        while (_written.Count > Remembered) _written.TryDequeue(out _);
        return text;
    }
}
