using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Leases what is due, many events in one committed statement (Schema/0004_drain.sql).</summary>
internal sealed class LeaseStatement(IPostgres postgres, TimeProvider time, ILogger logger)
{
    /// <summary>How long an event is ours.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private readonly string _text = postgres.Sql(
        """
        SELECT o_state, o_alone, o_tenant, o_receipt, o_received_at, o_source, o_event_id, o_type, o_payload, o_occurred_at, o_ordering_key, o_position, o_ordering, o_attempts, o_deferrals, o_redrives, o_partition
        FROM {schema}.webhook_dedup_lease($1, $2, $3, $4, $5)
        """);

    /// <summary>Up to <paramref name="count"/> events of the sources, or one that is to run alone.</summary>
    /// <returns>The events, and how many rows were found; a dead one is found and not leased.</returns>
    public async Task<(List<LeasedWebhook> Leased, int Found)> ExecuteAsync(string[] sources, int count, CancellationToken ct)
    {
        var (token, started, found, leased) = (Guid.CreateVersion7(), time.GetTimestamp(), 0, new List<LeasedWebhook>());
        var connection = await postgres.DataSource.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = new NpgsqlCommand(_text, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<string[]> { TypedValue = sources, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                    new NpgsqlParameter<int> { TypedValue = count, NpgsqlDbType = NpgsqlDbType.Integer },
                    new NpgsqlParameter<Guid> { TypedValue = token, NpgsqlDbType = NpgsqlDbType.Uuid },
                    new NpgsqlParameter<TimeSpan> { TypedValue = Lease, NpgsqlDbType = NpgsqlDbType.Interval },
                    new NpgsqlParameter<int> { TypedValue = RetrySchedule.Attempts, NpgsqlDbType = NpgsqlDbType.Integer },
                },
            };
            await using (command.ConfigureAwait(false))
            {
                await postgres.PrepareAsync(command, ct).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    {
                        found++;
                        var row = Read(reader, token, started);
                        if (reader.GetString(0) == "leased")
                            leased.Add(row);
                        else
                            ReportDead(row);
                    }
                }
            }
        }

        return (leased, found);
    }

    private static LeasedWebhook Read(NpgsqlDataReader row, Guid token, long started)
    {
        var webhookEvent = new WebhookEvent(
            row.GetString(5),
            row.GetString(6),
            row.IsDBNull(7) ? null : row.GetString(7),
            row.GetFieldValue<byte[]>(8),
            row.GetString(2),
            row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
            row.IsDBNull(10) ? null : row.GetString(10),
            row.IsDBNull(11) ? null : row.GetInt64(11));
        return new(
            webhookEvent, row.GetGuid(3), row.GetFieldValue<DateTimeOffset>(4), token, started, (WebhookOrdering)row.GetInt16(12), row.GetInt32(13), row.GetInt32(14), row.GetInt32(15), row.GetBoolean(1), row.GetString(16));
    }

    private void ReportDead(LeasedWebhook dead)
    {
        Telemetry.CountAttempt(dead.Event.Source, "dead");
        Log.DiedOfLeases(logger, dead.Event.Source, dead.Event.Id, dead.Attempt);
    }
}
