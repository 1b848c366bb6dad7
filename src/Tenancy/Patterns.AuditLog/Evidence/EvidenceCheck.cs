using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace Patterns.AuditLog;

/// <summary>Reads the lines of an evidence file and hands them to the check.</summary>
internal sealed class EvidenceCheck(IReadOnlyDictionary<string, ECDsa> keys, IReadOnlyList<RunHead> anchored, Findings findings)
{
    private readonly ILookup<long, RunHead> _anchored = anchored.ToLookup(static head => head.RunNo);
    private readonly List<(RunHead Kept, RunHead? Own)> _kept = [];
    private readonly Dictionary<string, EvidenceTenant> _heads = new(StringComparer.Ordinal);
    private readonly HashSet<(string, Guid)> _redactions = [];
    private readonly List<StoredSeal> _runSeals = [];
    private readonly Dictionary<(string TenantId, long SealNo), CheckedSeal> _waiting = [];
    private readonly ArrayBufferWriter<byte> _written = new(64 * 1024);
    private readonly HashInput _input = new();
    private LogCheck? _log;
    private EntryCheck? _entries;
    private StoredRun? _run;
    private CheckedSeal? _seal;
    private SealedList? _list;
    private EvidenceEntries? _lines;
    private long _line;
    private (long Line, long Written)? _end;

    /// <summary>Takes all whole lines; gives the place where the rest begins.</summary>
    public SequencePosition Lines(ReadOnlySequence<byte> buffer, bool isLast)
    {
        while (buffer.PositionOf((byte)'\n') is { } end)
        {
            Line(buffer.Slice(0, end));
            buffer = buffer.Slice(buffer.GetPosition(1, end));
        }

        if (isLast && !buffer.IsEmpty)
        {
            Line(buffer);
            return buffer.End;
        }

        return buffer.Start;
    }

    public VerifyReport Finish()
    {
        if (_log is null || _entries is null)
            throw NotEvidence();
        EndRun();
        EndList();
        NoLists();
        if (_end is null)
            findings.Add(new VerifyFinding(FindingKind.BrokenLink, string.Create(CultureInfo.InvariantCulture, $"The file is cut off after line {_line}.")));
        foreach (var head in _heads.Values)
            _log.Head(head.TenantId, head.SealNo, head.NextSeq, head.Hash);
        _log.AllHeads();
        _entries.Redactions((tenantId, id) => _redactions.Contains((tenantId, id)));
        _entries.Finish();
        _log.Finish();
        var anchors = new AnchorCheck(_log.Runs, findings);
        foreach (var kept in anchored.Where(kept => kept.RunNo > (_log.Runs.Last?.RunNo ?? 0)))
            anchors.Compare(kept, own: null);
        foreach (var (kept, own) in _kept)
            anchors.Compare(kept, own);
        // A line that is gone has mostly been reported as what it was.
        if (_end is { } end && (end.Line != end.Written || end.Line != _line) && findings.Counts.Keys.All(static kind => kind is FindingKind.Expired or FindingKind.Redacted))
            findings.Add(new VerifyFinding(FindingKind.BrokenLink, string.Create(CultureInfo.InvariantCulture, $"The file has {_line} lines; {end.Written} were written.")));
        return new VerifyReport
        {
            Entries = _entries.Entries,
            Seals = _log.Seals,
            Runs = _log.Runs.Count,
            Head = _log.Runs.Last,
            Epochs = _log.Runs.Epochs,
            Counts = findings.Counts,
            Findings = findings.Listed(),
        };
    }

    private void Line(ReadOnlySequence<byte> bytes)
    {
        _line++;
        var span = bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray();
        var line = EvidenceJson.Read(span);
        if (_log is null)
        {
            Begin(line?.Begin ?? throw NotEvidence());
            return;
        }

        _written.ResetWrittenCount();
        if (line is not null)
            EvidenceJson.Write(_written, line);
        var asWritten = line is not null && span.SequenceEqual(_written.WrittenSpan);
        if (line?.Entry is not null || (line is null && _lines is { IsFull: false }))
        {
            Entry(line?.Entry, asWritten);
            return;
        }

        if (!asWritten)
            findings.Add(new VerifyFinding(FindingKind.BrokenLink, string.Create(CultureInfo.InvariantCulture, $"Line {_line} of the file is not as it was written.")));
        if (line is not null)
            Other(line);
    }

    private void Begin(EvidenceBegin begin)
    {
        if (begin.Format != 1)
            throw NotEvidence();
        var runs = new RunCheck(keys, findings, 1, oneTenant: begin.TenantId is not null, sparse: begin.TenantId is not null);
        _log = new LogCheck(runs, findings, fromTheStart: true, blameSealForItsPath: true);
        _entries = new EntryCheck(runs, findings);
    }

    private void Entry(StoredEntry? entry, bool asWritten)
    {
        if (entry?.Action == "audit.entry.redacted")
            _redactions.Add((entry.TenantId, entry.Id));
        if (_lines is null)
            return; // what it belongs to cannot be read, which is reported

        var seen = entry is null ? default : SeenEntry.Of(entry, _input);
        _lines.Add(entry?.Id, asWritten ? seen : seen with { State = SeenState.Unreadable });
    }

    private void Other(EvidenceLine line)
    {
        EndList();
        if (line.Seal is { } seal)
        {
            _runSeals.Add(seal);
            return;
        }

        EndRun();
        if (line.Run is { } run)
        {
            _run = run;
            foreach (var kept in _anchored[run.Head.RunNo])
                _kept.Add((kept, run.Head));
        }
        else if (line.List is { } list)
        {
            _list = list.Entries;
            if (_waiting.Remove((list.TenantId, list.SealNo), out _seal))
                _lines = new EvidenceEntries(list.Entries, list.TenantId, findings);
            else
                findings.Add(new VerifyFinding(FindingKind.BrokenLink, "A list of entries belongs to no seal of the file.") { TenantId = list.TenantId, SealNo = list.SealNo });
        }
        else if (line.Complete is not null)
        {
            NoLists();
        }
        else if (line.Tenant is { } tenant)
        {
            _heads[tenant.TenantId] = tenant;
        }
        else if (line.Drop is { } drop)
        {
            _log!.Runs.Dropped(drop);
        }
        else if (line.Redaction is { } redaction)
        {
            _redactions.Add((redaction.TenantId, redaction.Id));
        }
        else if (line.End is { } end)
        {
            _end = (_line, end.Lines + 1);
        }
    }

    private void EndRun()
    {
        if (_run is null && _runSeals.Count == 0)
            return;
        // Whole seals that name another run are that one's, whose line is gone.
        var lost = _runSeals.Where(seal => seal.Record.RunNo != _run?.Head.RunNo && seal.Record.Hash(_input).AsSpan().SequenceEqual(seal.Hash)).ToList();
        var own = _runSeals.Except(lost).ToList();
        if (_run is not null || own.Count > 0)
            Wait(_log!.Run(_run, own));
        if (lost.Count > 0)
            Wait(_log!.Run(run: null, lost));
        _run = null;
        _runSeals.Clear();

        void Wait(IReadOnlyList<CheckedSeal> seals)
        {
            foreach (var seal in seals)
                _waiting[(seal.Record.TenantId, seal.Record.SealNo)] = seal;
        }
    }

    private void EndList()
    {
        if (_lines is not null && _seal is not null && _list is not null)
        {
            var places = _lines.Places();
            if (_log!.Runs.IsDropped(_seal.Record))
            {
                for (var i = 0; i < places.Length; i++)
                    places[i] = places[i].State == SeenState.Absent ? new SeenEntry(SeenState.Expired, Leaf: null, Redaction: null) : places[i];
            }

            _entries!.Compare(_seal, _list, places);
        }

        (_lines, _seal, _list) = (null, null, null);
    }

    private void NoLists()
    {
        foreach (var seal in _waiting.Values)
            _entries!.NoList(seal);
        _waiting.Clear();
    }

    private static InvalidDataException NotEvidence() => new("The first line is not that of an evidence file of format 1.");
}
