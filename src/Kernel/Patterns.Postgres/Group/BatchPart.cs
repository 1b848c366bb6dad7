namespace Patterns.Postgres;

/// <summary>A run of neighbours in a batch, and how long its statement may wait for a lock.</summary>
internal readonly record struct BatchPart(int From, int Count, TimeSpan LockLimit)
{
    public (BatchPart Left, BatchPart Right) Halve(TimeSpan lockLimit)
    {
        var left = Count / 2;
        return (new(From, left, lockLimit), new(From + left, Count - left, lockLimit));
    }
}
