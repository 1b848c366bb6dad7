using System.Collections.Concurrent;

namespace Patterns.LlmFallback;

/// <summary>The clocks that serve the attempts of a chain, kept for the next ones. Thread-safe.</summary>
internal sealed class AttemptClocks(TimeProvider time)
{
    private const int MostKept = 256;
    private readonly ConcurrentQueue<AttemptClock> _kept = new();
    private AttemptClock? _first;

    public AttemptClock Take() => Interlocked.Exchange(ref _first, null) ?? (_kept.TryDequeue(out var clock) ? clock : new AttemptClock(time));

    public void Return(AttemptClock clock)
    {
        if (!clock.TryEnd())
        {
            clock.Dispose();
            return;
        }

        if (Interlocked.CompareExchange(ref _first, clock, null) is null)
            return;
        if (_kept.Count < MostKept)
            _kept.Enqueue(clock);
        else
            clock.Dispose();
    }
}
