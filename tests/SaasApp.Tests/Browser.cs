using Microsoft.Playwright;

namespace SaasApp.Tests;

/// <summary>A headless Chromium, the system's own, which all tests share; each page has cookies of its own.</summary>
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

    /// <summary>Opens a page of the application.</summary>
    public async Task<BrowserPage> OpenAsync(Uri address, int width = 1440, ColorScheme scheme = ColorScheme.Light, bool javaScript = true)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce, JavaScriptEnabled = javaScript,
        });
        var page = new BrowserPage(await context.NewPageAsync());
        await page.Tab.GotoAsync(address.ToString());
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
