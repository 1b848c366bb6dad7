using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>The hot statement: one call of <c>webhook_dedup_claim</c> (Schema/0002_claim.sql), where its invariant is written down.</summary>
internal sealed class ClaimStatement(IPostgres postgres)
{
    private const string Columns = "SELECT o_outcome, o_receipt, o_stored, o_received_at, o_deliveries, o_fingerprint FROM ";
    private readonly string _one = postgres.Sql(Columns + "{schema}.webhook_dedup_claim($1, $2, $3, $4, $5, $6)");
    private readonly string _ordered = postgres.Sql(Columns + "{schema}.webhook_dedup_claim_ordered($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    private readonly string _all = postgres.Sql(Columns + "{schema}.webhook_dedup_claim_all($1, $2, $3, $4, $5, $6, $7, $8, $9)");

    /// <summary>Claims one event. One that is stored stands in line when it is worked on, not now.</summary>
    public async ValueTask<Claim> ExecuteAsync(NpgsqlTransaction transaction, WebhookEvent webhookEvent, byte[]? fingerprint, EventOrder order, bool stored, CancellationToken ct)
    {
        var ordered = order.Ordering != WebhookOrdering.None && !stored;
        var command = new NpgsqlCommand(ordered ? _ordered : _one, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            Add(command, NpgsqlDbType.Text, webhookEvent.Tenant);
            Add(command, NpgsqlDbType.Text, webhookEvent.Source);
            Add(command, NpgsqlDbType.Text, webhookEvent.Id);
            Add(command, NpgsqlDbType.Uuid, Guid.CreateVersion7());
            Add(command, NpgsqlDbType.Bytea, fingerprint);
            Add(command, NpgsqlDbType.Boolean, stored);
            if (ordered)
            {
                Add(command, NpgsqlDbType.Text, order.Key);
                Add(command, NpgsqlDbType.Bigint, order.Position!.Value);
                Add(command, NpgsqlDbType.Boolean, order.Ordering == WebhookOrdering.Strict);
            }

            var claims = new Claim[1];
            await ReadAsync(transaction, command, claims, ct).ConfigureAwait(false);
            return claims[0];
        }
    }

    /// <summary>Claims the events in the order of the list, with one answer each.</summary>
    public async ValueTask<Claim[]> ExecuteAsync(NpgsqlTransaction transaction, WebhookEvent[] events, byte[]?[] fingerprints, EventOrder[] orders, CancellationToken ct)
    {
        var command = new NpgsqlCommand(_all, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(events, e => e.Tenant));
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(events, e => e.Source));
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(events, e => e.Id));
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Uuid, Array.ConvertAll(events, _ => Guid.CreateVersion7()));
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, fingerprints);
            Add(command, NpgsqlDbType.Boolean, false);
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(orders, o => o.Ordering == WebhookOrdering.None ? null : o.Key));
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(orders, o => o.Position));
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Boolean, Array.ConvertAll(orders, o => o.Ordering == WebhookOrdering.Strict));
            var claims = new Claim[events.Length];
            await ReadAsync(transaction, command, claims, ct).ConfigureAwait(false);
            return claims;
        }
    }

    private async ValueTask ReadAsync(NpgsqlTransaction transaction, NpgsqlCommand command, Claim[] claims, CancellationToken ct)
    {
        try
        {
            await postgres.PrepareAsync(command, ct).ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                for (var i = 0; i < claims.Length; i++)
                {
                    await reader.ReadAsync(ct).ConfigureAwait(false);
                    claims[i] = Read(reader);
                }
            }
        }
        catch (PostgresException e) when (MissingTables.Means(e))
        {
            throw MissingTables.Error(postgres, e);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidTransactionState)
        {
            // The driver knows the level that the transaction began with; SET TRANSACTION has changed it since.
            throw new ArgumentException(e.MessageText, nameof(transaction), e);
        }
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });

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
