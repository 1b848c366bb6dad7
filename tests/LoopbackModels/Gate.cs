namespace LoopbackModels;

/// <summary>Where the server waits until the test lets it go on: a stall that costs no time.</summary>
public sealed class Gate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the server has come here for the first time.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Lets everything that waits, or will come, go on.</summary>
    public void Release() => _released.TrySetResult();

    internal Task PassAsync(CancellationToken ct)
    {
        _reached.TrySetResult();
        return _released.Task.WaitAsync(ct);
    }
}
