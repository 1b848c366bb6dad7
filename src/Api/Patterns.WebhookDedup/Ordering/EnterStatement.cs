using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Asks whether it is an event's turn; if it is, no other event of its entity runs until the transaction ends (Schema/0003_order.sql).</summary>
internal sealed class EnterStatement(IPostgres postgres)
{
    private readonly string _text = postgres.Sql("SELECT {schema}.webhook_dedup_enter($1, $2, $3, $4, $5)");

    public async ValueTask<Turn> ExecuteAsync(NpgsqlTransaction transaction, LeasedWebhook leased, CancellationToken ct)
    {
        var command = new NpgsqlCommand(_text, transaction.Connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = leased.Event.Tenant, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<string> { TypedValue = leased.Event.Source, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<string> { TypedValue = leased.Event.OrderingKey, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<long> { TypedValue = leased.Event.Position!.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new NpgsqlParameter<bool> { TypedValue = leased.Ordering == WebhookOrdering.Strict, NpgsqlDbType = NpgsqlDbType.Boolean },
            },
        };
        await using (command.ConfigureAwait(false))
        {
            await postgres.PrepareAsync(command, ct).ConfigureAwait(false);
            return (Turn)(short)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        }
    }
}
