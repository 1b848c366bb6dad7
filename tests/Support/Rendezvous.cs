namespace Support;

/// <summary>A place where a number of tasks meet: each goes on when all have come.</summary>
/// <param name="parties">How many meet.</param>
public sealed class Rendezvous(int parties)
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing = parties;

    public Task ArriveAsync()
    {
        if (Interlocked.Decrement(ref _missing) == 0)
            _all.SetResult();
        return _all.Task;
    }
}
