using System.Buffers;
using System.Text;

namespace Patterns.AuditLog;

/// <summary>RFC 4180: lines end with CR LF, every cell is quoted, quotes are doubled.</summary>
internal sealed class CsvExport : ExportWriter
{
    private const string Columns = "id,tenant_id,occurred_at,actor_type,actor_id,on_behalf_of_type,on_behalf_of_id,action,targets,outcome,reason,request_id,trace_id,retention_class,details,personal,redacted_by";

    public override void Begin() => Row(Columns.Split(','));

    public override void Entry(StoredEntry entry) => Row(
        entry.Id.ToString(), entry.TenantId, entry.OccurredAt.ToString("O"), entry.ActorType, entry.ActorId, entry.BehalfOfType, entry.BehalfOfId, entry.Action, string.Join(' ', entry.Targets),
        OutcomeText.Of(entry.Outcome), entry.Reason, entry.RequestId, entry.TraceId, entry.RetentionClass, entry.Details, entry.Personal, entry.Redaction?.ToString());

    public override void Head(RunHead? head) => Row("#head", JsonText.Of(head));

    private void Row(params ReadOnlySpan<string?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                Buffer.Write(","u8);
            // Spreadsheets run a cell that begins so as a formula (OWASP, CSV injection); who acted may have chosen these texts.
            var cell = cells[i] is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + cells[i] : cells[i];
            Encoding.UTF8.GetBytes($"\"{cell?.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", Buffer);
        }

        Buffer.Write("\r\n"u8);
    }
}
