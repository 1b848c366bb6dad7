namespace Patterns.DevServers;

/// <summary>The last lines that a server wrote.</summary>
internal sealed class LogTail
{
    private const int Capacity = 200;
    private readonly Queue<string> _lines = new();

    public void Add(string line)
    {
        lock (_lines)
        {
            if (_lines.Count == Capacity) _lines.Dequeue();
            _lines.Enqueue(line);
        }
    }

    public bool Mentions(string text)
    {
        lock (_lines) return _lines.Any(line => line.Contains(text, StringComparison.Ordinal));
    }

    public override string ToString()
    {
        lock (_lines) return _lines.Count == 0 ? "(it wrote nothing)" : string.Join('\n', _lines);
    }
}
