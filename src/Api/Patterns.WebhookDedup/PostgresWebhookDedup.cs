using System.Data;
using Microsoft.Extensions.Logging;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

internal sealed class PostgresWebhookDedup : IWebhookDedup
{
    private readonly IPostgres _postgres;
    private readonly ClaimStatement _claim;
    private readonly StoreStatement _store;
    private readonly WebhookIntake _intake;
    private readonly SourceMap _sources;
    private readonly ILogger _logger;

    public PostgresWebhookDedup(IPostgres postgres, WebhookIntake intake, SourceMap sources, ILoggerFactory? loggers = null)
    {
        _postgres = postgres;
        _claim = new(postgres);
        _store = new(postgres);
        _intake = intake;
        _sources = sources;
        _logger = Log.For(loggers);
    }

    public ValueTask<WebhookReceipt> ClaimAsync(NpgsqlTransaction transaction, WebhookEvent webhookEvent, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(webhookEvent);
        return _postgres.JoinAsync(transaction, (joined, token) => ClaimOneAsync(joined, webhookEvent, stored: false, token), ct);
    }

    public ValueTask<IReadOnlyList<WebhookReceipt>> ClaimAsync(NpgsqlTransaction transaction, IReadOnlyList<WebhookEvent> events, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count > IWebhookDedup.MaxBatch)
            throw new ArgumentException($"The list has {events.Count} events; one call claims at most {IWebhookDedup.MaxBatch}. Claim them in several calls.", nameof(events));

        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is null)
                throw new ArgumentException($"Event {i} of the list is null.", nameof(events));
        }

        return _postgres.JoinAsync(transaction, (joined, token) => ClaimManyAsync(joined, events, token), ct);
    }

    public async Task<WebhookReceipt> RunOnceAsync(WebhookEvent webhookEvent, Func<NpgsqlTransaction, CancellationToken, Task> handler, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(webhookEvent);
        ArgumentNullException.ThrowIfNull(handler);
        var stores = _sources.Of(webhookEvent).OnFailure == HandlerFailurePolicy.StoreAndRetry;
        if (stores)
            CheckPayload(webhookEvent);

        using var span = Telemetry.StartRun(webhookEvent.Source);
        var handled = false;
        try
        {
            return await _postgres.RunAsync(
                async (transaction, token) =>
                {
                    handled = false;
                    var receipt = await ClaimOneAsync(transaction, webhookEvent, stored: false, token).ConfigureAwait(false);
                    if (receipt.Outcome == ClaimOutcome.New)
                    {
                        handled = true;
                        await handler(transaction, token).ConfigureAwait(false);
                    }
                    else if (receipt.Outcome != ClaimOutcome.InFlight)
                    {
                        await RelaxCommitAsync(transaction, token).ConfigureAwait(false);
                    }

                    return receipt;
                },
                options: null,
                ct).ConfigureAwait(false);
        }
        catch (Exception failure) when (stores && handled && failure is not OutcomeUnknownException && !ct.IsCancellationRequested)
        {
            if (await TryStoreAsync(webhookEvent, failure, ct).ConfigureAwait(false) is { } receipt)
                return receipt;

            throw;
        }
    }

    public async ValueTask<WebhookReceipt> ReceiveAsync(WebhookEvent webhookEvent, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(webhookEvent);
        CheckPayload(webhookEvent);
        using var span = Telemetry.StartReceive(webhookEvent.Source);
        var started = Telemetry.Start();
        var fingerprint = _sources.Of(webhookEvent).Fingerprint.Compute(webhookEvent.Payload.Span);
        var claim = await _intake.ReceiveAsync(webhookEvent, fingerprint, ct).ConfigureAwait(false);
        Telemetry.Stop(started);
        return Answer(webhookEvent, fingerprint, claim);
    }

    private void CheckPayload(WebhookEvent webhookEvent)
    {
        if (webhookEvent.Payload.Length > _sources.MaxPayloadBytes)
        {
            throw new ArgumentException(
                $"The payload of event '{webhookEvent.Id}' has {webhookEvent.Payload.Length} bytes; source '{webhookEvent.Source}' may have to store it, and WebhookDedupOptions.MaxPayloadBytes is {_sources.MaxPayloadBytes}.",
                nameof(webhookEvent));
        }
    }

    /// <summary>A duplicate's transaction holds nothing but the count of deliveries: a storm of duplicates need not wait for the disk for each of them.</summary>
    private static async ValueTask RelaxCommitAsync(NpgsqlTransaction transaction, CancellationToken ct)
    {
        var command = new NpgsqlCommand("SET LOCAL synchronous_commit = off", transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <returns>Null when storing failed too.</returns>
    private async ValueTask<WebhookReceipt?> TryStoreAsync(WebhookEvent webhookEvent, Exception failure, CancellationToken ct)
    {
        try
        {
            // Claimed again, because the rollback has given the event up: in the meantime another delivery may have done it, and then nothing is stored.
            var receipt = await _postgres.RunAsync(
                async (transaction, token) =>
                {
                    var receipt = await ClaimOneAsync(transaction, webhookEvent, stored: true, token).ConfigureAwait(false);
                    if (receipt.Outcome == ClaimOutcome.New)
                        await _store.ExecuteAsync(transaction, webhookEvent, receipt, EventOrder.Of(webhookEvent, _sources.Of(webhookEvent)), failure, token).ConfigureAwait(false);

                    return receipt;
                },
                options: null,
                ct).ConfigureAwait(false);
            if (receipt.Outcome == ClaimOutcome.New)
                Log.Stored(_logger, failure, webhookEvent.Source, webhookEvent.Id);

            return receipt;
        }
        catch (Exception e)
        {
            Log.NotStored(_logger, e, webhookEvent.Source, webhookEvent.Id);
            return null;
        }
    }

    private async ValueTask<WebhookReceipt> ClaimOneAsync(NpgsqlTransaction transaction, WebhookEvent webhookEvent, bool stored, CancellationToken ct)
    {
        CheckIsolation(transaction);
        var started = Telemetry.Start();
        var source = _sources.Of(webhookEvent);
        var fingerprint = source.Fingerprint.Compute(webhookEvent.Payload.Span);
        var claim = await _claim.ExecuteAsync(transaction, webhookEvent, fingerprint, EventOrder.Of(webhookEvent, source), stored, ct).ConfigureAwait(false);
        Telemetry.Stop(started);
        return Answer(webhookEvent, fingerprint, claim);
    }

    private async ValueTask<IReadOnlyList<WebhookReceipt>> ClaimManyAsync(NpgsqlTransaction transaction, IReadOnlyList<WebhookEvent> events, CancellationToken ct)
    {
        CheckIsolation(transaction);
        if (events.Count == 0)
            return [];

        var started = Telemetry.Start();
        var order = InKeyOrder(events);
        var sorted = Array.ConvertAll(order, i => events[i]);
        var fingerprints = Array.ConvertAll(sorted, e => _sources.Of(e).Fingerprint.Compute(e.Payload.Span));
        var orders = Array.ConvertAll(sorted, e => EventOrder.Of(e, _sources.Of(e)));
        var claims = await _claim.ExecuteAsync(transaction, sorted, fingerprints, orders, ct).ConfigureAwait(false);
        Telemetry.Stop(started);

        var receipts = new WebhookReceipt[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            receipts[order[i]] = Answer(sorted[i], fingerprints[i], claims[i]);
        }

        return receipts;
    }

    /// <summary>One order for all callers, so that no two of them can wait for each other; equal keys in the list's order, so that the first one is the new one.</summary>
    private static int[] InKeyOrder(IReadOnlyList<WebhookEvent> events)
    {
        var order = new int[events.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (left, right) =>
        {
            var (a, b) = (events[left], events[right]);
            var difference = string.CompareOrdinal(a.Tenant, b.Tenant);
            if (difference == 0) difference = string.CompareOrdinal(a.Source, b.Source);
            if (difference == 0) difference = string.CompareOrdinal(a.Id, b.Id);
            return difference == 0 ? left - right : difference;
        });
        return order;
    }

    private static void CheckIsolation(NpgsqlTransaction transaction)
    {
        var level = transaction.IsolationLevel;
        if (level != IsolationLevel.ReadCommitted)
        {
            throw new ArgumentException(
                $"The transaction is {level}; an event is claimed in a ReadCommitted one. A higher level looks at the past and fails with 40001 where this one answers that the event is a duplicate.",
                nameof(transaction));
        }
    }

    private WebhookReceipt Answer(WebhookEvent webhookEvent, byte[]? fingerprint, Claim claim)
    {
        var receipt = claim.Receipt;
        if (receipt.Outcome == ClaimOutcome.PayloadMismatch)
        {
            Log.Mismatch(_logger, webhookEvent.Source, webhookEvent.Id, Convert.ToHexStringLower(fingerprint!), Convert.ToHexStringLower(claim.FirstFingerprint!));
            if (_sources.Of(webhookEvent).OnMismatch == MismatchPolicy.TreatAsDuplicate)
                receipt = receipt with { Outcome = ClaimOutcome.Duplicate };
        }

        Telemetry.Count(webhookEvent.Source, receipt.Outcome);
        return receipt;
    }
}
