using Microsoft.Playwright;

namespace SaasApp.Tests;

/// <summary>A tab, and everything that went wrong in it.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    public BrowserPage(IPage tab)
    {
        Tab = tab;
        tab.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Errors.Add(message.Text);
        };
        tab.PageError += (_, error) => Errors.Add(error);
        tab.RequestFailed += (_, request) => Errors.Add($"{request.Url} failed: {request.Failure}");
    }

    public IPage Tab { get; }

    public List<string> Errors { get; } = [];

    public async ValueTask DisposeAsync() => await Tab.CloseAsync();
}
