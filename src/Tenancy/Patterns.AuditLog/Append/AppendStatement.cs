using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Appends any number of entries by one call of <c>audit_log_append</c> (Schema/0003_append.sql).</summary>
internal sealed class AppendStatement(IPostgres postgres) : GroupStatement<IntakeEntry, AppendOutcome>
{
    // Not in any target, whose type and id have no control characters.
    private const char Separator = '\u001f';

    public override string Name => "audit_log_append";

    public override string Sql { get; } = postgres.Sql(
        "SELECT {schema}.audit_log_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)");

    public override string TransactionalForm => "the form of IAuditLog.AppendAsync that takes a transaction";

    /// <summary>Targets as the function takes them.</summary>
    public static string Joined(IReadOnlyList<string> targets) => string.Join(Separator, targets);

    public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<IntakeEntry> batch)
    {
        var tenants = Column<string>(parameters, 0, NpgsqlDbType.Text);
        var times = Column<DateTime>(parameters, 1, NpgsqlDbType.TimestampTz);
        var ids = Column<Guid>(parameters, 2, NpgsqlDbType.Uuid);
        var classes = Column<string>(parameters, 3, NpgsqlDbType.Text);
        var actorTypes = Column<string>(parameters, 4, NpgsqlDbType.Text);
        var actors = Column<string>(parameters, 5, NpgsqlDbType.Text);
        var behalfTypes = Column<string?>(parameters, 6, NpgsqlDbType.Text);
        var behalfs = Column<string?>(parameters, 7, NpgsqlDbType.Text);
        var actions = Column<string>(parameters, 8, NpgsqlDbType.Text);
        var targets = Column<string>(parameters, 9, NpgsqlDbType.Text);
        var outcomes = Column<short>(parameters, 10, NpgsqlDbType.Smallint);
        var reasons = Column<string?>(parameters, 11, NpgsqlDbType.Text);
        var requests = Column<string?>(parameters, 12, NpgsqlDbType.Text);
        var traces = Column<string?>(parameters, 13, NpgsqlDbType.Text);
        var details = Column<string?>(parameters, 14, NpgsqlDbType.Json);
        var detailsSalts = Column<byte[]?>(parameters, 15, NpgsqlDbType.Bytea);
        var personal = Column<string?>(parameters, 16, NpgsqlDbType.Json);
        var personalSalts = Column<byte[]?>(parameters, 17, NpgsqlDbType.Bytea);
        var commitments = Column<byte[]?>(parameters, 18, NpgsqlDbType.Bytea);
        var leaves = Column<byte[]>(parameters, 19, NpgsqlDbType.Bytea);
        foreach (var (entry, leaf) in batch)
        {
            tenants.Add(entry.TenantId);
            times.Add(entry.OccurredAt.UtcDateTime);
            ids.Add(entry.Id);
            classes.Add(entry.RetentionClass);
            actorTypes.Add(entry.ActorType);
            actors.Add(entry.ActorId);
            behalfTypes.Add(entry.BehalfOfType);
            behalfs.Add(entry.BehalfOfId);
            actions.Add(entry.Action);
            targets.Add(Joined(entry.Targets));
            outcomes.Add((short)entry.Outcome);
            reasons.Add(entry.Reason);
            requests.Add(entry.RequestId);
            traces.Add(entry.TraceId);
            details.Add(entry.Details);
            detailsSalts.Add(entry.DetailsSalt);
            personal.Add(entry.Personal);
            personalSalts.Add(entry.PersonalSalt);
            commitments.Add(entry.PersonalCommitment);
            leaves.Add(leaf);
        }
    }

    public override void Read(NpgsqlDataReader row, ReadOnlySpan<IntakeEntry> batch, GroupAnswers<AppendOutcome> answers)
    {
        for (var i = 0; i < batch.Length; i++)
            answers[i] = AppendOutcome.Recorded;
        if (row.IsDBNull(0))
            return;
        foreach (var place in row.GetFieldValue<int[]>(0))
            answers[place - 1] = AppendOutcome.AlreadyRecorded;
    }
}
