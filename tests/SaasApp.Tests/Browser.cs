using Microsoft.Playwright;

namespace SaasApp.Tests;

/// <summary>A headless Chromium, the system's own.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Find(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>Opens an address and waits until the page is live.</summary>
    public async Task<BrowserPage> OpenAsync(Uri address, int width, ColorScheme scheme)
    {
        var tab = await _browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        var page = new BrowserPage(tab);
        await tab.GotoAsync(address.ToString());
        await tab.WaitForSelectorAsync(".link.on");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private static string Find() =>
        Environment.GetEnvironmentVariable("PATTERNS_CHROMIUM")
        ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).SelectMany(directory => Names.Select(name => Path.Combine(directory, name))).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("There is no Chromium on this machine: run build/install chromium, or set PATTERNS_CHROMIUM to its path.");
}
