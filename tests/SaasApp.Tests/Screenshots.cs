using Microsoft.Playwright;

namespace SaasApp.Tests;

/// <summary>Pictures of the pages for people to look at, in the folder that PATTERNS_SHOTS names; without it none are taken.</summary>
public static class Screenshots
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("PATTERNS_SHOTS");

    public static async Task TakeAsync(IPage tab, string path, int width, ColorScheme scheme)
    {
        if (Folder is not null)
            await tab.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{path.Trim('/').Replace('/', '-')}-{width}-{scheme}.png"), FullPage = true });
    }
}
