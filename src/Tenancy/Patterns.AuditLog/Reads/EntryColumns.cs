using Npgsql;

namespace Patterns.AuditLog;

/// <summary>The columns of an entry, as every statement lists them, and how a row is read.</summary>
internal static class EntryColumns
{
    public const int Count = 20;

    /// <summary>Of the table with the alias <c>e</c>.</summary>
    public const string List = "e.tenant_id, e.occurred_at, e.id, e.retention_class, e.actor_type, e.actor_id, e.behalf_of_type, e.behalf_of_id, e.action, array_send(e.targets), e.outcome, e.reason, e.request_id, e.trace_id, "
        + "e.details, e.details_salt, e.personal, e.personal_salt, e.personal_commitment, e.redaction";

    public static StoredEntry Read(NpgsqlDataReader reader, int at) => new()
    {
        TenantId = reader.GetString(at),
        OccurredAt = Time(reader, at + 1),
        Id = reader.GetGuid(at + 2),
        RetentionClass = reader.GetString(at + 3),
        ActorType = reader.GetString(at + 4),
        ActorId = reader.GetString(at + 5),
        BehalfOfType = Text(reader, at + 6),
        BehalfOfId = Text(reader, at + 7),
        Action = reader.GetString(at + 8),
        Targets = SentTexts.Read(reader.GetFieldValue<byte[]>(at + 9)),
        Outcome = (AuditOutcome)reader.GetInt16(at + 10),
        Reason = Text(reader, at + 11),
        RequestId = Text(reader, at + 12),
        TraceId = Text(reader, at + 13),
        Details = Text(reader, at + 14),
        DetailsSalt = Bytes(reader, at + 15),
        Personal = Text(reader, at + 16),
        PersonalSalt = Bytes(reader, at + 17),
        PersonalCommitment = Bytes(reader, at + 18),
        Redaction = reader.IsDBNull(at + 19) ? null : reader.GetGuid(at + 19),
    };

    public static DateTimeOffset Time(NpgsqlDataReader reader, int at) => new(reader.GetFieldValue<DateTime>(at), TimeSpan.Zero);

    private static string? Text(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);

    private static byte[]? Bytes(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetFieldValue<byte[]>(at);
}
