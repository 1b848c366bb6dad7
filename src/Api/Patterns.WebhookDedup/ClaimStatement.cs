using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>The hot statement: one call of <c>webhook_dedup_claim</c> (Schema/0002_claim.sql), where its invariant is written down.</summary>
internal sealed class ClaimStatement(IPostgres postgres)
{
    private readonly string _text = postgres.Sql(
        "SELECT o_outcome, o_receipt, o_stored, o_received_at, o_deliveries, o_fingerprint FROM {schema}.webhook_dedup_claim($1, $2, $3, $4, $5, $6)");

    /// <summary>Claims the events in the order of the list, with one answer each.</summary>
    public async ValueTask<Claim[]> ExecuteAsync(NpgsqlTransaction transaction, IReadOnlyList<WebhookEvent> events, byte[]?[] fingerprints, bool stored, CancellationToken ct)
    {
        var command = new NpgsqlCommand(_text, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            Bind(command.Parameters, events, fingerprints, stored);
            try
            {
                await postgres.PrepareAsync(command, ct).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    var claims = new Claim[events.Count];
                    for (var i = 0; i < claims.Length; i++)
                    {
                        await reader.ReadAsync(ct).ConfigureAwait(false);
                        claims[i] = Read(reader);
                    }

                    return claims;
                }
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
            {
                throw new InvalidOperationException(
                    $"The tables of Patterns.WebhookDedup are not (all) in schema {postgres.Schema}. Set PostgresOptions.SchemaMode to Apply, or call ISchema.ApplyAsync(), or run the text of ISchema.Print(\"webhook_dedup\") with psql.",
                    e);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidTransactionState)
            {
                // The driver knows the level that the transaction began with; SET TRANSACTION has changed it since.
                throw new ArgumentException(e.MessageText, nameof(transaction), e);
            }
        }
    }

    private static void Bind(NpgsqlParameterCollection parameters, IReadOnlyList<WebhookEvent> events, byte[]?[] fingerprints, bool stored)
    {
        var tenants = new string[events.Count];
        var sources = new string[events.Count];
        var ids = new string[events.Count];
        var receipts = new Guid[events.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            var webhookEvent = events[i];
            (tenants[i], sources[i], ids[i], receipts[i]) = (webhookEvent.Tenant, webhookEvent.Source, webhookEvent.Id, Guid.CreateVersion7());
        }

        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = tenants, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = sources, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = receipts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        parameters.Add(new NpgsqlParameter<byte[]?[]> { TypedValue = fingerprints, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        parameters.Add(new NpgsqlParameter<bool> { TypedValue = stored, NpgsqlDbType = NpgsqlDbType.Boolean });
    }

    private static Claim Read(NpgsqlDataReader row)
    {
        var outcome = (ClaimOutcome)row.GetInt16(0);
        if (outcome == ClaimOutcome.InFlight)
            return new(new(outcome, Guid.Empty, Stored: false, default, Deliveries: 0), FirstFingerprint: null);

        return new(
            new(outcome, row.GetGuid(1), row.GetBoolean(2), row.GetFieldValue<DateTimeOffset>(3), row.GetInt32(4)),
            outcome == ClaimOutcome.PayloadMismatch ? row.GetFieldValue<byte[]>(5) : null);
    }
}
