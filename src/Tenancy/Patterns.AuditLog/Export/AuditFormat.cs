namespace Patterns.AuditLog;

/// <summary>How an export is written. All are UTF-8, one entry a line (in CSV a row), newest first, and end with the run head that covers them.</summary>
public enum AuditFormat
{
    /// <summary>JSON lines: one object for each entry, with its documents as JSON; the last one has the single field <c>head</c>.</summary>
    JsonLines,

    /// <summary>
    /// CSV by RFC 4180 with a header row. A cell that a spreadsheet would take for a formula gets an apostrophe in front. The last row's first cell is <c>#head</c>, its second the head as JSON.
    /// </summary>
    Csv,

    /// <summary>
    /// JSON lines of the Open Cybersecurity Schema Framework 1.6: Authentication (3002) for actions that begin with <c>auth.</c>, API Activity (6003) for all others. Without personal data. The head is a
    /// Base Event (0).
    /// </summary>
    Ocsf,

    /// <summary>ArcSight's Common Event Format, version 0. Without personal data.</summary>
    Cef,
}
