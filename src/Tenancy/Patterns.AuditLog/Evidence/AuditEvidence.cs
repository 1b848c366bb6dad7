using System.IO.Pipelines;

namespace Patterns.AuditLog;

/// <summary>Verifies evidence files: what <see cref="IAuditIntegrity.WriteEvidenceAsync"/> wrote, with the public keys alone and without the database.</summary>
public static class AuditEvidence
{
    /// <summary>
    /// Verifies a file as <see cref="IAuditIntegrity.VerifyAsync"/> verifies the log: every entry against its seal, every seal against its tenant's chain and its signed run. A changed byte, an entry that
    /// is gone, two that were exchanged and a cut-off end are each named with tenant and place. Reads the file once, in memory that grows with the number of tenants, not of entries.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="keys">The public keys by whose signatures it is judged. Take them from elsewhere than the file.</param>
    /// <param name="anchored">Heads that were kept elsewhere, in any order: without one, a file of a log that was rewritten with a stolen key, or whose last runs were cut off with care, looks whole.</param>
    /// <param name="maxFindings">How many findings are listed; what is over is counted only.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <returns>What was found; <see cref="VerifyReport.Head"/> is how far the file reaches.</returns>
    /// <exception cref="InvalidDataException">The first line is not that of an evidence file of this version.</exception>
    public static async Task<VerifyReport> VerifyAsync(Stream file, IEnumerable<AuditSigningKey> keys, IEnumerable<RunHead>? anchored = null, int maxFindings = 1_000, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxFindings, 1);
        var check = new EvidenceCheck(keys.ToDictionary(static key => key.Id, static key => key.Key, StringComparer.Ordinal), anchored?.ToList() ?? [], new Findings(maxFindings));
        var reader = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(ct).ConfigureAwait(false);
            var rest = check.Lines(read.Buffer, read.IsCompleted);
            reader.AdvanceTo(rest, read.Buffer.End);
            if (read.IsCompleted)
                break;
        }

        await reader.CompleteAsync().ConfigureAwait(false);
        return check.Finish();
    }
}
