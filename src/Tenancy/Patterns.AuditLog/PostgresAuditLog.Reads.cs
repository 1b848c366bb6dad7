using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace Patterns.AuditLog;

internal sealed partial class PostgresAuditLog
{
    private const int ExportPage = 2_000;

    public async Task<AuditPage> QueryAsync(AuditFilter filter, CancellationToken ct = default)
    {
        EntryReads.Check(filter);
        var after = PageCursor.Read(filter);
        var entries = await reads.PageAsync(transaction: null, filter, after, onlySealed: false, filter.PageSize + 1, ct).ConfigureAwait(false);
        await AppendAsync(Reading(filter, Math.Min(entries.Count, filter.PageSize)).AsOf(time), ct).ConfigureAwait(false);
        return Page(filter, entries);
    }

    public async Task<AuditPage> QueryAsync(NpgsqlTransaction transaction, AuditFilter filter, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        EntryReads.Check(filter);
        var after = PageCursor.Read(filter);
        var entries = await reads.PageAsync(transaction, filter, after, onlySealed: false, filter.PageSize + 1, ct).ConfigureAwait(false);
        // Refused by the database when the transaction's scope is another tenant's, so that its entries do not get out.
        await AppendAsync(transaction, Reading(filter, Math.Min(entries.Count, filter.PageSize)).AsOf(time), ct).ConfigureAwait(false);
        return Page(filter, entries);
    }

    public async Task ExportAsync(AuditFilter filter, AuditFormat format, Stream to, CancellationToken ct = default)
    {
        EntryReads.Check(filter);
        ArgumentNullException.ThrowIfNull(to);
        var writer = ExportWriter.Of(format);
        var now = time.GetUtcNow();
        filter = filter with { To = filter.To < now ? filter.To : now };
        await AppendAsync(
            new AuditEntry(filter.TenantId, filter.Reader, AuditActions.LogExported) { Details = $$"""{"format":"{{JsonNamingPolicy.SnakeCaseLower.ConvertName(format.ToString())}}"}""" }.AsOf(time), ct).ConfigureAwait(false);

        writer.Begin();
        PageCursor? after = null;
        while (true)
        {
            var entries = await reads.PageAsync(transaction: null, filter, after, onlySealed: true, ExportPage, ct).ConfigureAwait(false);
            foreach (var entry in entries)
                writer.Entry(entry);
            await writer.FlushAsync(to, ct).ConfigureAwait(false);
            if (entries.Count < ExportPage)
                break;
            after = PageCursor.Of(entries[^1]);
        }

        // Read last: what was sealed when its page was read is covered by whichever run is the newest now.
        writer.Head(await reads.HeadAsync(filter.TenantId, ct).ConfigureAwait(false));
        await writer.FlushAsync(to, ct).ConfigureAwait(false);
    }

    private static AuditEntry Reading(AuditFilter filter, int count) => new(filter.TenantId, filter.Reader, AuditActions.LogRead)
    {
        Targets = [.. new[] { filter.Target, filter.Actor is { } actor ? new AuditTarget(actor.Type, actor.Id) : null }.OfType<AuditTarget>()],
        Details = string.Create(CultureInfo.InvariantCulture, $"{{\"entries\":{count}}}"),
    };

    private static AuditPage Page(AuditFilter filter, List<StoredEntry> entries)
    {
        var page = entries.Take(filter.PageSize).Select(static entry => new AuditRecord(EntryText.Shown(entry), entry.Redaction)).ToArray();
        return new AuditPage(page, entries.Count > filter.PageSize ? PageCursor.Of(entries[filter.PageSize - 1]).Write(filter) : null);
    }
}
