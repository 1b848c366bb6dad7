namespace Patterns.LlmFallback;

/// <summary>How many calls the last while held, and how many of them failed. It slides in tenths, so it forgets a call after nine to ten tenths of its length. Not thread-safe.</summary>
internal sealed class CallWindow(long length)
{
    private const int Tenths = 10;

    private readonly long _tenth = Math.Max(1, length / Tenths);
    private readonly (int Calls, int Failures)[] _counts = new (int, int)[Tenths];
    private int _current;
    private long _end = long.MinValue;

    public int Calls { get; private set; }

    public int Failures { get; private set; }

    /// <summary>Counts a call; one that is older than the newest counts like it.</summary>
    public void Add(long now, bool failed)
    {
        Slide(now);
        ref var count = ref _counts[_current];
        count.Calls++;
        Calls++;
        if (!failed)
            return;

        count.Failures++;
        Failures++;
    }

    /// <summary>Forgets what is too old.</summary>
    public void Slide(long now)
    {
        if (now < _end)
            return;

        if (Calls == 0 || now - _end >= _tenth * (Tenths - 1))
        {
            Clear();
            _end = now + _tenth;
            return;
        }

        for (; now >= _end; _end += _tenth)
        {
            _current = (_current + 1) % Tenths;
            ref var count = ref _counts[_current];
            Calls -= count.Calls;
            Failures -= count.Failures;
            count = default;
        }
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Calls = Failures = 0;
    }
}
