using Microsoft.Playwright;

namespace SaasApp.Tests;

/// <summary>A tab, and everything that went wrong in it.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    // Far more than anything takes, also while other tests need the processors: reaching it means that what is waited for does not come.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public BrowserPage(IPage tab)
    {
        Tab = tab;
        tab.SetDefaultTimeout((float)Limit.TotalMilliseconds);
        tab.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Errors.Add(message.Text);
        };
        tab.PageError += (_, error) => Errors.Add(error);
        tab.RequestFailed += (_, request) =>
        {
            // The browser ends the stream of a page that it leaves.
            if (request.Failure != "net::ERR_ABORTED") Errors.Add($"{request.Url} failed: {request.Failure}");
        };
    }

    public IPage Tab { get; }

    public List<string> Errors { get; } = [];

    /// <summary>Does what leads to another page, and returns when that has come.</summary>
    public async Task FollowAsync(Func<Task> lead)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Tab.FrameNavigated += Arrive;
        await lead();
        await arrived.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Tab.FrameNavigated -= Arrive;
        await Tab.WaitForLoadStateAsync();

        void Arrive(object? sender, IFrame frame)
        {
            if (frame == Tab.MainFrame) arrived.TrySetResult();
        }
    }

    public Task FollowAsync(string selector) => FollowAsync(() => Tab.ClickAsync(selector));

    public async ValueTask DisposeAsync() => await Tab.Context.CloseAsync();
}
