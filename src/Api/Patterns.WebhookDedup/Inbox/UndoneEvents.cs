using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>
/// Moves events that are not done out of a partition that is about to be dropped, in the transaction that drops it: pending and leased ones always, dead ones while their keys are
/// remembered. A leased event keeps its lease; the attempt that held it finds its row gone and is rolled back.
/// </summary>
internal sealed class UndoneEvents(IPostgres postgres, IOptions<WebhookDedupOptions> options, ILoggerFactory? loggers = null)
{
    private const string Columns =
        """
        tenant_id, receipt_id, source, event_id, type, payload, state, attempts, deferrals, next_at, lease_token, occurred_at, ordering_key, position, ordering, error, done_at, redriven_by, redrives
        """;

    private readonly ILogger _logger = Log.For(loggers);

    public async ValueTask MoveAsync(DetachedPartition detached, CancellationToken ct)
    {
        // An attempt settles its event in the partition by name. Who is at it ends first; who comes now finds the table dropped, and is rolled back.
        await ExecuteAsync(detached.Transaction, $"LOCK TABLE {detached.Partition} IN ACCESS EXCLUSIVE MODE", remembered: null, ct).ConfigureAwait(false);
        var moved = await ExecuteAsync(
            detached.Transaction,
            postgres.Sql(
                $$"""
                INSERT INTO {{detached.Table}} ({{Columns}}, received_at, first_received_at)
                SELECT {{Columns}}, {schema}.now(), coalesce(first_received_at, received_at) FROM {{detached.Partition}}
                WHERE state IN ('pending', 'leased') OR state = 'dead' AND coalesce(first_received_at, received_at) > {schema}.now() - $1
                """),
            options.Value.RememberFor,
            ct).ConfigureAwait(false);
        if (moved > 0)
            Log.Moved(_logger, moved, detached.Partition);
    }

    private static async Task<int> ExecuteAsync(NpgsqlTransaction transaction, string text, TimeSpan? remembered, CancellationToken ct)
    {
        var command = new NpgsqlCommand(text, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            if (remembered is { } time)
                command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = time, NpgsqlDbType = NpgsqlDbType.Interval });
            return await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }
}
