using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Says what became of leased events, each only if its lease is still ours (Schema/0004_drain.sql).</summary>
internal sealed class SettleStatement(IPostgres postgres)
{
    /// <summary>The error of a lease that is no longer ours.</summary>
    public const string LeaseLost = "WD001";

    private readonly string _text = postgres.Sql("SELECT {schema}.webhook_dedup_settle($1, $2, $3, $4, $5, $6, $7, $8, $9)");

    /// <summary>Adds the statement to the batch that commits the handler's transaction, or that gives up what it did.</summary>
    public void AddTo(NpgsqlBatch commit, LeasedWebhook leased, Settlement settlement)
    {
        if (!settlement.KeepsWork)
            commit.BatchCommands.Add(new("ROLLBACK AND CHAIN"));
        commit.BatchCommands.Add(Command(leased, settlement));
    }

    /// <summary>Settles outside a handler's transaction: one statement, or one batch that is all applied or not.</summary>
    public async Task ExecuteAsync(IReadOnlyList<(LeasedWebhook Leased, Settlement Settlement)> settled, CancellationToken ct)
    {
        var batch = postgres.DataSource.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            foreach (var (leased, settlement) in settled)
                batch.BatchCommands.Add(Command(leased, settlement));
            await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    private NpgsqlBatchCommand Command(LeasedWebhook leased, Settlement settlement) => new(_text)
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
        },
    };
}
