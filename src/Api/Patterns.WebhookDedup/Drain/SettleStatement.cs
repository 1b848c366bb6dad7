using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>
/// Says what became of a leased event, only if its lease is still ours. It names the partition that the lease was taken in: an UPDATE of the partitioned table opens all of its partitions with
/// their indexes each time, which costs more than everything else.
/// </summary>
internal sealed class SettleStatement(IPostgres postgres, bool waitsForDisk)
{
    /// <summary>The error of a lease that is no longer ours.</summary>
    public const string LeaseLost = "WD001";

    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly string _leave = postgres.Sql("SELECT {schema}.webhook_dedup_leave($1, $2, $3, $4, $5)");
    private readonly string _text = postgres.Sql(
        """
        WITH settled AS (
            UPDATE {partition} SET state = $5, lease_token = NULL, error = $6, next_at = {schema}.now() + $7, attempts = $8, deferrals = $9,
                done_at = CASE WHEN $5 <> 'pending' THEN {schema}.now() END
            WHERE tenant_id = $1 AND receipt_id = $2 AND received_at = $3 AND state = 'leased' AND lease_token = $4
            RETURNING receipt_id)
        SELECT {schema}.webhook_dedup_fence(EXISTS (SELECT FROM settled), $10)
        """);

    /// <summary>Adds the statement to the batch that commits the handler's transaction, or that gives up what it did.</summary>
    public void AddTo(NpgsqlBatch commit, LeasedWebhook leased, Settlement settlement)
    {
        if (!settlement.KeepsWork)
            commit.BatchCommands.Add(new("ROLLBACK AND CHAIN"));
        commit.BatchCommands.Add(Settle(leased, settlement));
        if (leased.Ordering != WebhookOrdering.None && settlement.LeavesLine)
            commit.BatchCommands.Add(Leave(leased, settlement));
    }

    /// <summary>Settles outside a handler's transaction.</summary>
    public async Task ExecuteAsync(LeasedWebhook leased, Settlement settlement, CancellationToken ct)
    {
        var batch = postgres.DataSource.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            AddTo(batch, leased, settlement with { KeepsWork = true });
            await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    private NpgsqlBatchCommand Settle(LeasedWebhook leased, Settlement settlement) => new(_texts.GetOrAdd(leased.Partition, name => _text.Replace("{partition}", name, StringComparison.Ordinal)))
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = leased.Event.Tenant, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter<Guid> { TypedValue = leased.ReceiptId, NpgsqlDbType = NpgsqlDbType.Uuid },
            new NpgsqlParameter<DateTimeOffset> { TypedValue = leased.ReceivedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new NpgsqlParameter<Guid> { TypedValue = leased.Token, NpgsqlDbType = NpgsqlDbType.Uuid },
            new NpgsqlParameter<string> { TypedValue = settlement.State, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter<string?> { TypedValue = settlement.Error, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter<TimeSpan> { TypedValue = settlement.Delay, NpgsqlDbType = NpgsqlDbType.Interval },
            new NpgsqlParameter<int> { TypedValue = settlement.Attempts, NpgsqlDbType = NpgsqlDbType.Integer },
            new NpgsqlParameter<int> { TypedValue = settlement.Deferrals, NpgsqlDbType = NpgsqlDbType.Integer },
            new NpgsqlParameter<bool> { TypedValue = waitsForDisk, NpgsqlDbType = NpgsqlDbType.Boolean },
        },
    };

    private NpgsqlBatchCommand Leave(LeasedWebhook leased, Settlement settlement) => new(_leave)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = leased.Event.Tenant, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter<string> { TypedValue = leased.Event.Source, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter<string> { TypedValue = leased.Event.OrderingKey!, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter<long> { TypedValue = leased.Event.Position!.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new NpgsqlParameter<bool> { TypedValue = settlement.Outcome == "done", NpgsqlDbType = NpgsqlDbType.Boolean },
        },
    };
}
