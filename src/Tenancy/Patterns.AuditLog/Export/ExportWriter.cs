using System.Buffers;

namespace Patterns.AuditLog;

/// <summary>Writes one format.</summary>
internal abstract class ExportWriter
{
    protected ArrayBufferWriter<byte> Buffer { get; } = new(64 * 1024);

    public static ExportWriter Of(AuditFormat format) => format switch
    {
        AuditFormat.JsonLines => new JsonLinesExport(),
        AuditFormat.Csv => new CsvExport(),
        AuditFormat.Ocsf => new OcsfExport(),
        AuditFormat.Cef => new CefExport(),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "The format is none of JsonLines, Csv, Ocsf and Cef."),
    };

    /// <summary>What stands before the entries.</summary>
    public virtual void Begin()
    {
    }

    public abstract void Entry(StoredEntry entry);

    /// <summary>The head that covers what was written; null for a log that has none yet.</summary>
    public abstract void Head(RunHead? head);

    /// <summary>Sends what was written so far.</summary>
    public async ValueTask FlushAsync(Stream to, CancellationToken ct)
    {
        await to.WriteAsync(Buffer.WrittenMemory, ct).ConfigureAwait(false);
        Buffer.ResetWrittenCount();
    }
}
