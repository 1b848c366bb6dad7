using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;

namespace Patterns.AuditLog;

/// <summary>Fetches what seals cover, some thousand entries at a time: the lists by their keys, then the entries by theirs, so that memory and plan are the same however large the log is.</summary>
internal sealed class SealedLists(LogSnapshot log)
{
    private const int HandedOver = 64;

    private const string Lists = """
        SELECT k.place, l.entry_ids, l.occurred_at, l.leaves, l.held
        FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS k (tenant_id, month, seal_no, retention_class, place)
        CROSS JOIN LATERAL (
            SELECT s.entry_ids, s.occurred_at, s.leaves, false AS held FROM {schema}.audit_log_seal_entries s
            WHERE s.tenant_id = k.tenant_id AND s.month = k.month AND s.seal_no = k.seal_no AND s.retention_class = k.retention_class
            UNION ALL
            SELECT h.entry_ids, h.occurred_at, h.leaves, true FROM {schema}.audit_log_held_seal_entries h
            WHERE h.tenant_id = k.tenant_id AND h.month = k.month AND h.seal_no = k.seal_no AND h.retention_class = k.retention_class
            LIMIT 1) l
        """;

    // One lookup by key for each place, and no join that a planner may turn round: it knows a new month badly, and would read all of it for every few thousand entries. The bounds let it look at one
    // partition only.
    private const string Live = $$"""
        SELECT k.place, e.*
        FROM unnest($1, $2, $3) WITH ORDINALITY AS k (tenant_id, occurred_at, id, place)
        CROSS JOIN LATERAL (
            SELECT {{EntryColumns.List}} FROM {schema}.audit_log_entries e
            WHERE e.tenant_id = k.tenant_id AND e.occurred_at = k.occurred_at AND e.id = k.id AND e.retention_class = $4 AND e.occurred_at >= $5 AND e.occurred_at < $6
            LIMIT 1) e
        """;

    private static readonly string Held = Live.Replace("audit_log_entries", "audit_log_held_entries", StringComparison.Ordinal);

    /// <summary>How many entries were found in the tables of each month, the held ones apart.</summary>
    public Dictionary<ClassMonth, long> Found { get; } = [];

    /// <summary>The lists of seals, null where there is none.</summary>
    public async Task<IReadOnlyList<(SealedList List, bool Held)?>> ReadAsync(IReadOnlyList<SealRecord> seals, CancellationToken ct)
    {
        var command = log.Command(Lists);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(Array(NpgsqlDbType.Text, seals.Select(static seal => seal.TenantId).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.TimestampTz, seals.Select(static seal => seal.Month.UtcDateTime).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, seals.Select(static seal => seal.SealNo).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.Text, seals.Select(static seal => seal.RetentionClass).ToArray()));
        var lists = new (SealedList List, bool Held)?[seals.Count];
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var ids = reader.GetFieldValue<Guid[]>(1);
            var times = System.Array.ConvertAll(reader.GetFieldValue<DateTime[]>(2), static time => new DateTimeOffset(time, TimeSpan.Zero));
            // Shorter lists of times or ids are a change that the comparison reports.
            lists[reader.GetInt64(0) - 1] = (new SealedList(ids.Length > times.Length ? ids[..times.Length] : ids, times, reader.GetFieldValue<byte[]>(3)), reader.GetBoolean(4));
        }

        return lists;
    }

    /// <summary>What stands at each place of the lists, for verification.</summary>
    public async Task<SeenEntry[][]> SeeAsync(
        IReadOnlyList<SealRecord> seals, IReadOnlyList<(SealedList List, bool Held)?> lists, RunCheck runs, ILookup<string, (DateTimeOffset From, DateTimeOffset To)> holds, CancellationToken ct)
    {
        // One core reads while another hashes, some entries at a time, since to hand them over one by one takes as long as to hash them. What is read and not yet hashed is bounded, however long the
        // documents are.
        var seen = Places<SeenEntry>(lists);
        var read = Channel.CreateBounded<List<(int Seal, int Index, StoredEntry Entry)>>(new BoundedChannelOptions(2) { SingleReader = true, SingleWriter = true });
        var hashing = Task.Run(() => HashAsync(read, seen), CancellationToken.None);
        try
        {
            var some = new List<(int Seal, int Index, StoredEntry Entry)>(HandedOver);
            await ReadAsync(
                seals,
                lists,
                (seal, index, entry) =>
                {
                    some.Add((seal, index, entry));
                    if (some.Count < HandedOver)
                        return ValueTask.CompletedTask;
                    var full = some;
                    some = new(HandedOver);
                    return read.Writer.WriteAsync(full, ct);
                },
                ct).ConfigureAwait(false);
            await read.Writer.WriteAsync(some, ct).ConfigureAwait(false);
        }
        finally
        {
            read.Writer.TryComplete();
            await hashing.ConfigureAwait(false);
        }

        for (var i = 0; i < seals.Count; i++)
        {
            if (!runs.IsDropped(seals[i]))
                continue;
            for (var place = 0; place < seen[i].Length; place++)
            {
                if (seen[i][place].State == SeenState.Absent && !holds[seals[i].TenantId].Any(hold => hold.From <= lists[i]!.Value.List.OccurredAt[place] && lists[i]!.Value.List.OccurredAt[place] < hold.To))
                    seen[i][place] = new SeenEntry(SeenState.Expired, Leaf: null, Redaction: null);
            }
        }

        return seen;
    }

    /// <summary>The entry at each place of the lists; null where there is none.</summary>
    public async Task<StoredEntry?[][]> EntriesAsync(IReadOnlyList<SealRecord> seals, IReadOnlyList<(SealedList List, bool Held)?> lists, CancellationToken ct)
    {
        var entries = Places<StoredEntry?>(lists);
        await ReadAsync(
            seals,
            lists,
            (seal, index, entry) =>
            {
                entries[seal][index] = entry;
                return ValueTask.CompletedTask;
            },
            ct).ConfigureAwait(false);
        return entries;
    }

    private static T[][] Places<T>(IReadOnlyList<(SealedList List, bool Held)?> lists) => lists.Select(static list => new T[list?.List.Ids.Length ?? 0]).ToArray();

    private static async Task HashAsync(Channel<List<(int Seal, int Index, StoredEntry Entry)>> read, SeenEntry[][] seen)
    {
        var input = new HashInput();
        try
        {
            await foreach (var some in read.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                foreach (var (seal, index, entry) in some)
                    seen[seal][index] = SeenEntry.Of(entry, input);
            }
        }
        catch (Exception e)
        {
            read.Writer.TryComplete(e); // else who reads would wait for room for ever
            throw;
        }
    }

    private async Task ReadAsync(IReadOnlyList<SealRecord> seals, IReadOnlyList<(SealedList List, bool Held)?> lists, Func<int, int, StoredEntry, ValueTask> found, CancellationToken ct)
    {
        foreach (var group in Enumerable.Range(0, seals.Count).Where(i => lists[i] is not null).GroupBy(i => (Month: new ClassMonth(seals[i].RetentionClass, seals[i].Month), lists[i]!.Value.Held)))
        {
            var places = group.SelectMany(i => lists[i]!.Value.List.Ids.Select((_, place) => (Seal: i, Index: place))).ToArray();
            var command = log.Command(group.Key.Held ? Held : Live);
            await using var _ = command.ConfigureAwait(false);
            command.Parameters.Add(Array(NpgsqlDbType.Text, System.Array.ConvertAll(places, at => seals[at.Seal].TenantId)));
            command.Parameters.Add(Array(NpgsqlDbType.TimestampTz, System.Array.ConvertAll(places, at => lists[at.Seal]!.Value.List.OccurredAt[at.Index].UtcDateTime)));
            command.Parameters.Add(Array(NpgsqlDbType.Uuid, System.Array.ConvertAll(places, at => lists[at.Seal]!.Value.List.Ids[at.Index])));
            command.Parameters.Add(LogSnapshot.Text(group.Key.Month.RetentionClass));
            command.Parameters.Add(LogSnapshot.Time(group.Key.Month.Month));
            command.Parameters.Add(LogSnapshot.Time(group.Key.Month.Month.AddMonths(1)));
            var count = 0L;
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                for (; await reader.ReadAsync(ct).ConfigureAwait(false); count++)
                {
                    var (seal, index) = places[(int)reader.GetInt64(0) - 1];
                    await found(seal, index, EntryColumns.Read(reader, 1)).ConfigureAwait(false);
                }
            }

            if (!group.Key.Held)
                Found[group.Key.Month] = Found.GetValueOrDefault(group.Key.Month) + count;
        }
    }

    private static NpgsqlParameter Array(NpgsqlDbType type, Array values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}
