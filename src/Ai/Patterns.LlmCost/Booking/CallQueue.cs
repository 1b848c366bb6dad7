namespace Patterns.LlmCost;

/// <summary>The way of calls that nobody waits for.</summary>
internal sealed class CallQueue(CallBooking booking)
{
    public ValueTask AddAsync(LlmCall call, CancellationToken cancellationToken) => booking.RecordAsync(call, cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
