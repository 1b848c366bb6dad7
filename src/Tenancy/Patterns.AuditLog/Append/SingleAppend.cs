using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Appends one entry in a transaction by a call of <c>audit_log_append</c> (Schema/0003_append.sql), whose parameters are no arrays: half the work for both sides.</summary>
internal sealed class SingleAppend(IPostgres postgres)
{
    private readonly string _sql = postgres.Sql("SELECT {schema}.audit_log_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)");

    public async ValueTask<AppendOutcome> RunAsync(NpgsqlTransaction transaction, IntakeEntry taken, CancellationToken ct)
    {
        var command = new NpgsqlCommand(_sql, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            var (entry, leaf) = taken;
            Add(entry.TenantId, NpgsqlDbType.Text);
            Add(entry.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz);
            Add(entry.Id, NpgsqlDbType.Uuid);
            Add(entry.RetentionClass, NpgsqlDbType.Text);
            Add(entry.ActorType, NpgsqlDbType.Text);
            Add(entry.ActorId, NpgsqlDbType.Text);
            Add(entry.BehalfOfType, NpgsqlDbType.Text);
            Add(entry.BehalfOfId, NpgsqlDbType.Text);
            Add(entry.Action, NpgsqlDbType.Text);
            Add(AppendStatement.Joined(entry.Targets), NpgsqlDbType.Text);
            Add((short)entry.Outcome, NpgsqlDbType.Smallint);
            Add(entry.Reason, NpgsqlDbType.Text);
            Add(entry.RequestId, NpgsqlDbType.Text);
            Add(entry.TraceId, NpgsqlDbType.Text);
            Add(entry.Details, NpgsqlDbType.Json);
            Add(entry.DetailsSalt, NpgsqlDbType.Bytea);
            Add(entry.Personal, NpgsqlDbType.Json);
            Add(entry.PersonalSalt, NpgsqlDbType.Bytea);
            Add(entry.PersonalCommitment, NpgsqlDbType.Bytea);
            Add(leaf, NpgsqlDbType.Bytea);
            await postgres.PrepareAsync(command, ct).ConfigureAwait(false);
            return (bool)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))! ? AppendOutcome.Recorded : AppendOutcome.AlreadyRecorded;
        }

        void Add<T>(T value, NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
    }
}
