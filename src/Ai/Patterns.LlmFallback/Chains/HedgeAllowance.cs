namespace Patterns.LlmFallback;

/// <summary>Keeps hedged calls below their share: each call brings a part of a token, a hedge takes a whole one. Thread-safe.</summary>
internal sealed class HedgeAllowance(double share)
{
    private const long Token = 1_000_000;

    // What a quiet hour saved up must not become a burst.
    private const long Most = 10 * Token;

    private readonly long _perCall = (long)(share * Token);
    private long _saved;

    public void CountCall()
    {
        if (Interlocked.Read(ref _saved) < Most)
            Interlocked.Add(ref _saved, _perCall);
    }

    public bool TryTake()
    {
        if (Interlocked.Add(ref _saved, -Token) >= 0)
            return true;
        Interlocked.Add(ref _saved, Token);
        return false;
    }
}
