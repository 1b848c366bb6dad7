namespace Billing.Tests.Stripe;

/// <summary>A connection that says, when its caller gives up, what a socket may say that is closed in the middle of reading: that the answer ended.</summary>
internal sealed class ConnectionClosedByGivingUp : HttpMessageHandler
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Asked => _asked.Task;

    public int Requests { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        var givenUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(givenUp.SetResult);
        _asked.TrySetResult();
        await givenUp.Task;
        throw new TaskCanceledException("The caller gave up.", new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely."), cancellationToken);
    }
}
