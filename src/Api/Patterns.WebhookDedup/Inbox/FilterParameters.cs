using Npgsql;
using NpgsqlTypes;

namespace Patterns.WebhookDedup;

/// <summary>
/// The condition of a filter, as parameters 1 to 6. It is planned with their values each time, so that what is left out costs nothing. The lower bound of time may
/// go by received_at, which a move to another partition only raises; the upper bound may not.
/// </summary>
internal static class FilterParameters
{
    public const string Condition =
        """
        ($1 IS NULL OR tenant_id = $1) AND ($2 IS NULL OR source = $2) AND ($3 IS NULL OR type = $3) AND ($4 IS NULL OR event_id = $4)
            AND ($5 IS NULL OR received_at >= $5 AND coalesce(first_received_at, received_at) >= $5) AND ($6 IS NULL OR coalesce(first_received_at, received_at) < $6)
        """;

    public static void AddTo(NpgsqlCommand command, WebhookFilter filter)
    {
        Add(command, NpgsqlDbType.Text, filter.Tenant);
        Add(command, NpgsqlDbType.Text, filter.Source);
        Add(command, NpgsqlDbType.Text, filter.Type);
        Add(command, NpgsqlDbType.Text, filter.EventId);
        Add(command, NpgsqlDbType.TimestampTz, filter.ReceivedFrom?.ToUniversalTime());
        Add(command, NpgsqlDbType.TimestampTz, filter.ReceivedBefore?.ToUniversalTime());
    }

    public static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) => command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
}
