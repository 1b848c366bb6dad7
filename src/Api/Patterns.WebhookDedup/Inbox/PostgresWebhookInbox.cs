using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;
using Patterns.Shared;

namespace Patterns.WebhookDedup;

internal sealed class PostgresWebhookInbox(IPostgres postgres, IWebhookDedup dedup, WebhookDrain drain, ITimePartitions partitions, IRememberedKeys keys, IOptions<WebhookDedupOptions> options, ILoggerFactory? loggers = null) : IWebhookInbox
{
    private const int Chunk = 500;
    private const int ImportedAtOnce = 64;

    private readonly LookStatements _look = new(postgres);
    private readonly RedriveStatement _redrive = new(postgres);
    private readonly OrderPruning _pruning = new(postgres);
    private readonly ILogger _logger = Log.For(loggers);

    public Task<StoredWebhook?> FindAsync(string tenant, string source, string eventId, CancellationToken ct = default)
    {
        PlainText.Check(tenant, nameof(tenant), 200);
        PlainText.Check(source, nameof(source), 100);
        PlainText.Check(eventId, nameof(eventId), 200);
        return WithTablesAsync(() => _look.FindAsync(tenant, source, eventId, ct));
    }

    public IAsyncEnumerable<StoredWebhook> ListAsync(WebhookFilter filter, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return PagesAsync(filter, ct);
    }

    public async Task<int> RedriveAsync(WebhookFilter filter, string by, bool force = false, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        PlainText.Check(by, nameof(by), 200);
        var driven = 0;
        foreach (var state in RedriveStatement.StatesOf(filter, force))
        {
            (string Tenant, Guid ReceiptId)? last = null;
            for (var count = Chunk; count == Chunk && driven < IWebhookInbox.MaxRedrive; driven += count)
                (count, last) = await WithTablesAsync(() => _redrive.ExecuteAsync(filter, state, last, Chunk, by, ct)).ConfigureAwait(false);
        }

        if (driven > 0)
            Log.Redriven(_logger, driven, by);
        drain.Wake();
        return driven;
    }

    public async Task<ImportSummary> ImportAsync(IAsyncEnumerable<WebhookEvent> events, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        var outcomes = new int[Enum.GetValues<ClaimOutcome>().Length];
        await Parallel.ForEachAsync(events, new ParallelOptions { MaxDegreeOfParallelism = ImportedAtOnce, CancellationToken = ct }, async (webhookEvent, token) =>
        {
            var receipt = await dedup.ReceiveAsync(webhookEvent, token).ConfigureAwait(false);
            Interlocked.Increment(ref outcomes[(int)receipt.Outcome]);
        }).ConfigureAwait(false);
        return new(outcomes[(int)ClaimOutcome.New], outcomes[(int)ClaimOutcome.Duplicate], outcomes[(int)ClaimOutcome.InFlight], outcomes[(int)ClaimOutcome.PayloadMismatch]);
    }

    public async Task<int> DrainOnceAsync(CancellationToken ct = default)
    {
        var total = 0;
        try
        {
            // What runs may make more due, so nothing is due only when nothing runs.
            for (var idle = false; ;)
            {
                var found = await WithTablesAsync(() => drain.TakeAsync(ct)).ConfigureAwait(false);
                total += found;
                if (found == 0 && idle)
                    return total;

                idle = found == 0;
                if (idle)
                    await drain.IdleAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await drain.IdleAsync().ConfigureAwait(false);
        }
    }

    public Task MaintainAsync(CancellationToken ct = default) => WithTablesAsync(async () =>
    {
        await partitions.MaintainAsync(ct).ConfigureAwait(false);
        await keys.MaintainAsync(ct).ConfigureAwait(false);
        await _pruning.RunAsync(options.Value.RememberFor, ct).ConfigureAwait(false);
        return 0;
    });

    private async IAsyncEnumerable<StoredWebhook> PagesAsync(WebhookFilter filter, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var page = new List<StoredWebhook>(); ; filter = filter with { After = page[^1] })
        {
            var from = filter;
            page = await WithTablesAsync(() => _look.PageAsync(from, ct)).ConfigureAwait(false);
            foreach (var stored in page)
                yield return stored;
            if (page.Count < LookStatements.Page)
                yield break;
        }
    }

    private async Task<T> WithTablesAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (PostgresException e) when (MissingTables.Means(e))
        {
            throw MissingTables.Error(postgres, e);
        }
    }
}
