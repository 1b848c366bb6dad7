using System.Runtime.CompilerServices;
using Npgsql;
using Patterns.Postgres;

namespace SaasApp;

/// <summary>Reads what the page shows.</summary>
internal sealed class WebhooksQuery(IPostgres postgres, Throughput throughput, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private const string IsDuplicate = $"outcome IN ('{DeliveryOutcome.Duplicate}', '{DeliveryOutcome.InFlight}')";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private readonly string _pending = postgres.Sql("SELECT count(*) FROM {schema}.webhook_dedup_events WHERE state IN ('pending', 'leased')");

    public async Task<WebhooksView> ReadAsync(CancellationToken ct)
    {
        await using var batch = postgres.DataSource.CreateBatch();
        batch.BatchCommands.Add(new(
            $"""
             SELECT count(DISTINCT event_id), count(*), count(*) FILTER (WHERE {IsDuplicate}), count(*) FILTER (WHERE outcome = '{DeliveryOutcome.Refused}'),
                 (SELECT count(*) FROM app.payments)
             FROM app.deliveries
             """));
        batch.BatchCommands.Add(new(
            $"""
             SELECT d.event_id, min(d.type), min(d.at), count(*), count(*) FILTER (WHERE {IsDuplicate}), (SELECT count(*) FROM app.payments p WHERE p.event_id = d.event_id)
             FROM app.deliveries d WHERE d.event_id IS NOT NULL GROUP BY d.event_id ORDER BY max(d.id) DESC LIMIT 50
             """));
        batch.BatchCommands.Add(new("SELECT at, event_id, type, status, outcome FROM app.deliveries ORDER BY id DESC LIMIT 100"));
        batch.BatchCommands.Add(new(_pending));

        await using var row = await batch.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        var totals = new WebhooksView.Counts(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
        await row.NextResultAsync(ct);
        var events = new List<WebhooksView.EventRow>();
        while (await row.ReadAsync(ct))
            events.Add(new(row.GetString(0), Text(row, 1), row.GetFieldValue<DateTimeOffset>(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)));
        await row.NextResultAsync(ct);
        var deliveries = new List<Delivery>();
        while (await row.ReadAsync(ct))
            deliveries.Add(new(row.GetFieldValue<DateTimeOffset>(0), Text(row, 1), Text(row, 2), row.IsDBNull(3) ? null : row.GetInt32(3), row.GetString(4)));
        await row.NextResultAsync(ct);
        await row.ReadAsync(ct);
        return new(totals, throughput.Read(pending: row.GetInt64(0)), events, deliveries);
    }

    /// <summary>
    /// The view now, and again whenever it has changed. Asks the database rather than listening to this process: others may write to it too. Ends when
    /// the application stops, which would otherwise wait for every open page.
    /// </summary>
    public async IAsyncEnumerable<WebhooksView> FollowAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct, lifetime.ApplicationStopping);
        using var timer = new PeriodicTimer(Interval, time);
        (WebhooksView.Counts, WebhooksView.Rates)? shown = null;
        while (await ReadChangeAsync(shown, timer, ended.Token) is { } view)
        {
            shown = (view.Totals, view.Throughput);
            yield return view;
        }
    }

    private async Task<WebhooksView?> ReadChangeAsync((WebhooksView.Counts, WebhooksView.Rates)? shown, PeriodicTimer timer, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                var view = await ReadAsync(ended);
                if ((view.Totals, view.Throughput) != shown)
                    return view;

                await timer.WaitForNextTickAsync(ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return null;
        }
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
