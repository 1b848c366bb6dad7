namespace Patterns.LlmFallback;

/// <summary>How many calls the last while held, and how many of them failed. It slides in tenths, so it forgets a call after nine to ten tenths of its length. Not thread-safe.</summary>
internal sealed class CallWindow(long length)
{
    private const int Tenths = 10;

    private readonly long _tenth = Math.Max(1, length / Tenths);
    private readonly (int Calls, int Failures)[] _counts = new (int, int)[Tenths];
    private long _last = long.MinValue;

    public int Calls { get; private set; }

    public int Failures { get; private set; }

    public void Add(long now, bool failed)
    {
        Slide(now);
        ref var count = ref _counts[(int)(_last % Tenths)];
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
        var tenth = now / _tenth;
        if (tenth <= _last)
            return;

        if (tenth - Tenths >= _last || _last == long.MinValue)
        {
            Clear();
        }
        else
        {
            for (var i = _last + 1; i <= tenth; i++)
            {
                ref var count = ref _counts[(int)(i % Tenths)];
                Calls -= count.Calls;
                Failures -= count.Failures;
                count = default;
            }
        }
        _last = tenth;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Calls = Failures = 0;
    }
}
