using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Patterns.AuditLog;

/// <summary>
/// Keeps run heads in a file, a line of JSON for each: up to 512 bytes, up to 1,024 for those of drops and epochs, which have a note. It serves where the database's administrators cannot write the
/// file: on another machine's disk, on write-once storage, or shipped away at once. One process writes a file.
/// </summary>
/// <param name="path">The file; it is made when it is first written.</param>
public sealed class FileAuditAnchor(string path) : IAuditAnchor
{
    /// <summary>Appends the head and flushes it to the disk. A crash leaves the line or a part of it, which reading passes over.</summary>
    /// <param name="head">The head.</param>
    /// <param name="ct">Cancels the write; a part of the line may be there then.</param>
    public async Task PublishAsync(RunHead head, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(head);
        var line = JsonSerializer.SerializeToUtf8Bytes(head, AuditJson.Relaxed.RunHead);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, FileOptions.None);
        await using (file.ConfigureAwait(false))
        {
            // What a crash cut off ends here, so that it does not spoil this line.
            var cut = file.Length > 0 && !await EndsWithLineAsync(file, ct).ConfigureAwait(false);
            file.Seek(0, SeekOrigin.End);
            await file.WriteAsync((byte[])[.. cut ? "\n"u8 : [], .. line, (byte)'\n'], ct).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>All heads of the file, in the order in which they came, each once.</summary>
    /// <param name="ct">Stops reading.</param>
    /// <returns>The heads; none where there is no file.</returns>
    public async IAsyncEnumerable<RunHead> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        if (!File.Exists(path))
            yield break;

        var last = "";
        await foreach (var line in File.ReadLinesAsync(path, ct).ConfigureAwait(false))
        {
            if (line == last || Parse(line) is not { } head)
                continue;
            last = line;
            yield return head;
        }
    }

    private static async ValueTask<bool> EndsWithLineAsync(FileStream file, CancellationToken ct)
    {
        file.Seek(-1, SeekOrigin.End);
        var end = new byte[1];
        await file.ReadExactlyAsync(end, ct).ConfigureAwait(false);
        return end[0] == (byte)'\n';
    }

    private static RunHead? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AuditJson.Relaxed.RunHead);
        }
        catch (JsonException)
        {
            return null; // a line that a crash cut off
        }
    }
}
