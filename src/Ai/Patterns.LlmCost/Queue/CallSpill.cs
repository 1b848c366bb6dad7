using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Patterns.LlmCost;

/// <summary>
/// A queue on the disk. Frames that are added while the disk is busy go to it together, with one flush. One reader at a time takes them in the order in which they were added; a file goes when all of it is booked.
/// </summary>
internal sealed class CallSpill(SpillLane lane, bool flush, long maxBytes, Action written, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<SpillSegment> _leftovers = new(lane.Files().Select(static path => new SpillSegment(path)));
    private readonly Queue<SpillSegment> _segments = new();
    private readonly long _segmentBytes = Math.Min(8 << 20, maxBytes / 4);
    private ArrayBufferWriter<byte> _adding = new();
    private ArrayBufferWriter<byte> _writing = new();
    private TaskCompletionSource _added = NewSource();
    private TaskCompletionSource _room = NewSource();
    private Task _writer = Task.CompletedTask;
    private bool _isWriting;

    public bool HasLeftovers => _leftovers.Count > 0;

    /// <summary>Adds a call. False when there is no room.</summary>
    /// <param name="call">The call.</param>
    /// <param name="added">Ends when the call is written, and flushed where that is asked for; fails with what the disk says. Without room it ends when something was booked.</param>
    public bool TryAdd(LlmCall call, out Task added)
    {
        lock (_gate)
        {
            var fits = Bytes() < maxBytes;
            added = fits ? Add([call]) : _room.Task;
            return fits;
        }
    }

    /// <summary>Adds calls, room or not.</summary>
    public Task KeepAsync(List<LlmCall> calls)
    {
        lock (_gate)
            return Add(CollectionsMarshal.AsSpan(calls));
    }

    /// <summary>The next calls, of one file; none when all that is written was read.</summary>
    public SpillBatch Read(int max)
    {
        while (true)
        {
            SpillSegment? segment;
            long end;
            var leftover = _leftovers.Count > 0;
            lock (_gate)
            {
                segment = leftover ? _leftovers.Peek() : _segments.FirstOrDefault(static s => s.Next < s.Written);
                end = segment?.Written ?? 0;
            }

            var calls = new List<LlmCall>();
            if (segment is null)
                return new(calls, null!, 0, IsLeftover: false);
            if (segment.Next < end && segment.Read(calls, max, end) is var state and not SpillFrameState.Whole)
            {
                lock (_gate)
                    segment.End(state == SpillFrameState.Damaged);
                if (segment.Damaged)
                    Log.SpillDamaged(logger, segment.Path, segment.Next);
            }

            if (calls.Count > 0)
                return new(calls, segment, segment.Next, leftover);

            // Nothing more can be read from it.
            Advance(new(calls, segment, segment.Next, leftover));
        }
    }

    /// <summary>What was read is booked.</summary>
    public void Advance(SpillBatch batch)
    {
        lock (_gate)
        {
            batch.Segment.Booked = batch.End;
            while (_leftovers.TryPeek(out var leftover) && leftover.IsBooked)
                _leftovers.Dequeue().Remove();
            while (_segments.TryPeek(out var first) && first.IsBooked && (_segments.Count > 1 || first.Damaged))
                _segments.Dequeue().Remove();
            if (!_isWriting && _segments.TryPeek(out var last) && last.IsBooked && last.Written > 0)
                last.Empty();
            var room = _room;
            _room = NewSource();
            room.SetResult();
        }
    }

    /// <summary>Whether all that was added is booked.</summary>
    public bool IsEmpty()
    {
        lock (_gate)
            return !_isWriting && _leftovers.Count == 0 && _segments.All(static s => s.IsBooked);
    }

    /// <summary>Keeps a call that the database refuses for good beside the spill, as a line of JSON.</summary>
    public void Reject(LlmCall call) => File.AppendAllText(Path.Combine(lane.Folder, "rejected.jsonl"), JsonSerializer.Serialize(call, SpillJson.Default.LlmCall) + "\n");

    /// <summary>Waits for what is being written, and gives the folder back. Files that are booked go.</summary>
    public async Task CloseAsync()
    {
        await _writer.ConfigureAwait(false);
        Dispose();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var leftover in _leftovers)
                leftover.Dispose();
            foreach (var segment in _segments)
            {
                if (segment.IsBooked)
                    segment.Remove();
                else
                    segment.Dispose();
            }

            _leftovers.Clear();
            _segments.Clear();
            // Who waits for room learns that the queue has stopped.
            _room.TrySetResult();
        }

        lane.Dispose();
    }

    private Task Add(ReadOnlySpan<LlmCall> calls)
    {
        foreach (var call in calls)
            SpillFrame.Write(_adding, call);
        if (!_isWriting)
        {
            _isWriting = true;
            _writer = Task.Run(WriteAll);
        }

        return _added.Task;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long Bytes() => _adding.WrittenCount + _segments.Sum(static s => s.Written) + _leftovers.Sum(static s => s.Written);

    private void WriteAll()
    {
        while (true)
        {
            TaskCompletionSource added;
            SpillSegment? segment;
            lock (_gate)
            {
                if (_adding.WrittenCount == 0)
                {
                    _isWriting = false;
                    return;
                }

                (_adding, _writing) = (_writing, _adding);
                _adding.ResetWrittenCount();
                (added, _added) = (_added, NewSource());
                segment = _segments.LastOrDefault();
            }

            try
            {
                if (segment is null || segment.Written >= _segmentBytes || segment.Damaged)
                {
                    segment = new(lane.NextFile());
                    lock (_gate)
                        _segments.Enqueue(segment);
                }

                segment.Write(_writing.WrittenSpan, flush);
                lock (_gate)
                    segment.Written += _writing.WrittenCount;
                added.SetResult();
                written();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                added.SetException(e);
            }
        }
    }
}
