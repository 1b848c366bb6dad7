using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Gives a dead event its attempts back when it is delivered again. It is looked up by its id alone, because it may have been moved out of a dropped partition.</summary>
internal sealed class ReviveStatement(IPostgres postgres)
{
    private readonly string _text = postgres.Sql(
        """
        UPDATE {schema}.webhook_dedup_events SET state = 'pending', attempts = 0, deferrals = 0, next_at = {schema}.now(), done_at = NULL
        WHERE tenant_id = $1 AND receipt_id = $2 AND state = 'dead'
        """);

    public async ValueTask<bool> ExecuteAsync(NpgsqlTransaction transaction, string tenant, Guid receiptId, CancellationToken ct)
    {
        var command = new NpgsqlCommand(_text, transaction.Connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = tenant, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<Guid> { TypedValue = receiptId, NpgsqlDbType = NpgsqlDbType.Uuid },
            },
        };
        await using (command.ConfigureAwait(false))
            return await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false) > 0;
    }
}
