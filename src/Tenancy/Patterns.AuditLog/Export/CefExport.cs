using System.Globalization;
using System.Text;

namespace Patterns.AuditLog;

/// <summary>
/// Common Event Format, version 0 (ArcSight, Implementing ArcSight Common Event Format): in the header backslash and pipe are escaped, in the extension backslash, equals sign and line breaks.
/// </summary>
internal sealed class CefExport : ExportWriter
{
    public override void Entry(StoredEntry entry)
    {
        var severity = entry.Outcome switch { AuditOutcome.Success => 3, AuditOutcome.Failure => 5, _ => 7 };
        var line = Header(entry.Action, entry.Action, severity);
        Add(line, "rt", entry.OccurredAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        Add(line, "externalId", entry.Id.ToString());
        Add(line, "suid", entry.ActorId);
        Add(line, "spriv", entry.ActorType);
        Add(line, "duid", entry.BehalfOfId);
        Add(line, "outcome", OutcomeText.Of(entry.Outcome));
        Add(line, "reason", entry.Reason);
        Labelled(line, "cs1", "tenant", entry.TenantId);
        Labelled(line, "cs2", "targets", entry.Targets.Count == 0 ? null : string.Join(' ', entry.Targets));
        Labelled(line, "cs3", "requestId", entry.RequestId);
        Labelled(line, "cs4", "traceId", entry.TraceId);
        Labelled(line, "cs5", "details", entry.Details);
        Write(line);
    }

    public override void Head(RunHead? head)
    {
        var line = Header("audit.log.head", "The run head that covers these entries", 0);
        if (head is not null)
        {
            Add(line, "rt", head.SealedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
            Labelled(line, "cn1", "run", head.RunNo.ToString(CultureInfo.InvariantCulture));
        }

        Labelled(line, "cs1", "head", JsonText.Of(head));
        Write(line);
    }

    private static StringBuilder Header(string id, string name, int severity) =>
        new StringBuilder("CEF:0|Patterns|AuditLog|1|").Append(InHeader(id)).Append('|').Append(InHeader(name)).Append('|').Append(CultureInfo.InvariantCulture, $"{severity}|");

    private static void Labelled(StringBuilder line, string key, string label, string? value)
    {
        if (value is null)
            return;
        Add(line, key + "Label", label);
        Add(line, key, value);
    }

    private static void Add(StringBuilder line, string key, string? value)
    {
        if (value is null)
            return;
        if (line[^1] != '|')
            line.Append(' ');
        line.Append(key).Append('=').Append(
            value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));
    }

    // A header has no escape for line breaks.
    private static string InHeader(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace('\r', ' ').Replace('\n', ' ');

    private void Write(StringBuilder line) => Encoding.UTF8.GetBytes(line.Append('\n').ToString(), Buffer);
}
