using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>
/// Stores a batch of events by one call of <c>webhook_dedup_receive</c> (Schema/0005_receive.sql). The batch is sorted by event id, so that copies of an event are neighbours: the
/// first one is sent and counted for all, since one statement cannot meet a row twice.
/// </summary>
internal sealed class ReceiveStatement(IPostgres postgres, SourceMap sources, WakeSignal wake) : GroupStatement<ReceiveRequest, Claim>
{
    public override string Name => "webhook_receive";

    public override string Sql { get; } = postgres.Sql(
        """
        SELECT o_received_at, o_revived, o_tenants, o_sources, o_ids, o_outcomes, o_receipts, o_stored, o_first_at, o_deliveries, o_fingerprints
        FROM {schema}.webhook_dedup_receive($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """);

    public override string TransactionalForm => "IWebhookDedup.ClaimAsync(transaction, webhookEvent)";

    public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<ReceiveRequest> batch)
    {
        var tenants = Column<string>(parameters, 0, NpgsqlDbType.Text);
        var origins = Column<string>(parameters, 1, NpgsqlDbType.Text);
        var ids = Column<string>(parameters, 2, NpgsqlDbType.Text);
        var receipts = Column<Guid>(parameters, 3, NpgsqlDbType.Uuid);
        var fingerprints = Column<byte[]?>(parameters, 4, NpgsqlDbType.Bytea);
        var copies = Column<int>(parameters, 5, NpgsqlDbType.Integer);
        Column<string>(parameters, 6, NpgsqlDbType.Text).AddRange(sources.Reviving);
        var types = Column<string?>(parameters, 7, NpgsqlDbType.Text);
        var payloads = Column<ReadOnlyMemory<byte>>(parameters, 8, NpgsqlDbType.Bytea);
        var occurredAt = Column<DateTime?>(parameters, 9, NpgsqlDbType.TimestampTz);
        var orderingKeys = Column<string?>(parameters, 10, NpgsqlDbType.Text);
        var positions = Column<long?>(parameters, 11, NpgsqlDbType.Bigint);
        var orderings = Column<short>(parameters, 12, NpgsqlDbType.Smallint);
        for (var i = 0; i < batch.Length; i++)
        {
            var (webhookEvent, fingerprint, order, receipt) = batch[i];
            if (FirstOf(batch, i) != i)
                continue;

            tenants.Add(webhookEvent.Tenant);
            origins.Add(webhookEvent.Source);
            ids.Add(webhookEvent.Id);
            receipts.Add(receipt);
            fingerprints.Add(fingerprint);
            copies.Add(1 + Copies(batch, i));
            types.Add(webhookEvent.Type);
            payloads.Add(webhookEvent.Payload);
            occurredAt.Add(webhookEvent.OccurredAt?.UtcDateTime);
            orderingKeys.Add(order.Key);
            positions.Add(order.Position);
            orderings.Add((short)order.Ordering);
        }
    }

    public override void Read(NpgsqlDataReader row, ReadOnlySpan<ReceiveRequest> batch, GroupAnswers<Claim> answers)
    {
        var receivedAt = row.GetFieldValue<DateTimeOffset>(0);
        var claims = new Claim[batch.Length];
        for (var i = 0; i < batch.Length; i++)
            claims[i] = new(new(ClaimOutcome.New, batch[i].Receipt, Stored: true, receivedAt, Deliveries: 1), FirstFingerprint: null);

        if (!row.IsDBNull(2))
            ReadKnown(row, batch, claims);
        for (var i = 0; i < batch.Length; i++)
        {
            var first = FirstOf(batch, i);
            answers[i] = first == i ? claims[i] : CopyOf(claims[first], batch[i].HasFingerprint(batch[first].Fingerprint));
        }

        if (row.GetBoolean(1))
            wake.Raise();
    }

    private static void ReadKnown(NpgsqlDataReader row, ReadOnlySpan<ReceiveRequest> batch, Claim[] claims)
    {
        var (tenants, origins, ids) = (row.GetFieldValue<string[]>(2), row.GetFieldValue<string[]>(3), row.GetFieldValue<string[]>(4));
        var (outcomes, receipts, stored) = (row.GetFieldValue<short[]>(5), row.GetFieldValue<Guid[]>(6), row.GetFieldValue<bool[]>(7));
        var (firstAt, deliveries, fingerprints) = (row.GetFieldValue<DateTime[]>(8), row.GetFieldValue<int[]>(9), row.GetFieldValue<byte[]?[]>(10));
        for (var j = 0; j < ids.Length; j++)
        {
            var place = Find(batch, tenants[j], origins[j], ids[j]);
            var outcome = (ClaimOutcome)outcomes[j];
            if (receipts[j] == batch[place].Receipt)
                continue;

            if (outcome == ClaimOutcome.Duplicate && !batch[place].HasFingerprint(fingerprints[j]))
                outcome = ClaimOutcome.PayloadMismatch;
            claims[place] = outcome == ClaimOutcome.InFlight
                ? InFlight
                : new(new(outcome, receipts[j], stored[j], new DateTimeOffset(firstAt[j]), deliveries[j]), outcome == ClaimOutcome.PayloadMismatch ? fingerprints[j] : null);
        }
    }

    private static Claim InFlight => new(new(ClaimOutcome.InFlight, Guid.Empty, Stored: false, default, Deliveries: 0), FirstFingerprint: null);

    /// <summary>What a further delivery in the same batch is told: what it would have been told right after the first. One with another payload asks again.</summary>
    private static Claim CopyOf(Claim first, bool samePayload) => (first.Receipt.Outcome, samePayload) switch
    {
        (ClaimOutcome.InFlight, _) or (_, false) => InFlight,
        (ClaimOutcome.New, _) => first with { Receipt = first.Receipt with { Outcome = ClaimOutcome.Duplicate, Deliveries = 2 } },
        _ => first,
    };

    /// <summary>The place of the event's first delivery in the batch.</summary>
    private static int FirstOf(ReadOnlySpan<ReceiveRequest> batch, int place)
    {
        var first = place;
        for (var i = place - 1; i >= 0 && batch[i].Event.Id == batch[place].Event.Id; i--)
        {
            if (batch[i].IsSameEventAs(in batch[place]))
                first = i;
        }

        return first;
    }

    private static int Copies(ReadOnlySpan<ReceiveRequest> batch, int place)
    {
        var copies = 0;
        for (var i = place + 1; i < batch.Length && batch[i].Event.Id == batch[place].Event.Id; i++)
        {
            if (batch[i].IsSameEventAs(in batch[place]) && batch[i].HasFingerprint(batch[place].Fingerprint))
                copies++;
        }

        return copies;
    }

    private static int Find(ReadOnlySpan<ReceiveRequest> batch, string tenant, string source, string id)
    {
        var (low, high) = (0, batch.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(batch[middle].Event.Id, id) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        while (batch[low].Event.Source != source || batch[low].Event.Tenant != tenant)
            low++;
        return low;
    }
}
