using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Patterns.LlmCost;

/// <summary>One file of the spill. Written at its end, read from its beginning, by one writer and one reader at a time; <see cref="CallSpill"/> guards its places.</summary>
internal sealed class SpillSegment : IDisposable
{
    private const int ReadLength = 1 << 18;

    private readonly SafeFileHandle _file;
    private byte[] _chunk = [];

    public SpillSegment(string path)
    {
        Path = path;
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        Written = RandomAccess.GetLength(_file);
    }

    public string Path { get; }

    /// <summary>The end of what is written, and known to be.</summary>
    public long Written { get; set; }

    /// <summary>Where the next frame is read.</summary>
    public long Next { get; private set; }

    /// <summary>The end of what is booked.</summary>
    public long Booked { get; set; }

    /// <summary>Whether something in it could not be read, so that the file must be kept.</summary>
    public bool Damaged { get; private set; }

    public bool IsBooked => Booked == Written;

    public void Write(ReadOnlySpan<byte> frames, bool flush)
    {
        RandomAccess.Write(_file, frames, Written);
        if (flush)
            RandomAccess.FlushToDisk(_file);
    }

    /// <summary>Reads on, up to a number of calls.</summary>
    /// <returns>What stopped it: <see cref="SpillFrameState.Whole"/> when more may follow. What follows a frame that is not whole cannot be found again.</returns>
    public SpillFrameState Read(List<LlmCall> calls, int max, long written)
    {
        if (_chunk.Length == 0)
            _chunk = new byte[ReadLength];
        var length = RandomAccess.Read(_file, _chunk.AsSpan(0, (int)Math.Min(_chunk.Length, written - Next)), Next);
        var rest = _chunk.AsSpan(0, length);
        while (calls.Count < max && !rest.IsEmpty)
        {
            var state = SpillFrame.Read(rest, out var text);
            if (state == SpillFrameState.Cut && Next + rest.Length < written && rest.Length < length)
                break;
            var call = state == SpillFrameState.Whole ? Parse(text) : null;
            if (call is null)
                return state == SpillFrameState.Cut ? state : SpillFrameState.Damaged;

            calls.Add(call);
            Next += SpillFrame.HeaderLength + text.Length;
            rest = rest[(SpillFrame.HeaderLength + text.Length)..];
        }

        return SpillFrameState.Whole;
    }

    /// <summary>Ends the file where reading stopped.</summary>
    public void End(bool damaged)
    {
        Written = Next;
        Damaged |= damaged;
    }

    public void Empty()
    {
        RandomAccess.SetLength(_file, 0);
        Written = Next = Booked = 0;
    }

    /// <summary>Ends the file. It goes when all of it is booked; what could not be read is kept beside.</summary>
    public void Remove()
    {
        Dispose();
        if (Damaged)
            File.Move(Path, System.IO.Path.ChangeExtension(Path, ".damaged"), overwrite: true);
        else
            File.Delete(Path);
    }

    public void Dispose() => _file.Dispose();

    private static LlmCall? Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, SpillJson.Default.LlmCall);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // As it was written, for its checksum is right, but by a version that knew more, or took more for a count.
            return null;
        }
    }
}
