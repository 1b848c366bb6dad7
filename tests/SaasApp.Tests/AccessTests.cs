using Microsoft.Playwright;

namespace SaasApp.Tests;

/// <summary>Whether everybody can use each page: on a telephone and on a desk, by day and by night.</summary>
public sealed class AccessTests(RunningApp app, Browser browser)
{
    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Path.Combine(Clone.Root, "tests", "peers", "node_modules", "axe-core", "axe.min.js")));

    [Theory]
    [InlineData("/")]
    [InlineData("/tenants")]
    [InlineData("/credits")]
    [InlineData("/write")]
    [InlineData("/ledger")]
    [InlineData("/costs")]
    [InlineData("/audit")]
    [InlineData("/webhooks")]
    [InlineData("/load")]
    [InlineData("/operations")]
    [InlineData("/code/Credits/Fulfilment.cs")]
    public async Task A_page_fits_its_width_and_axe_finds_no_serious_issue(string path)
    {
        foreach (var (width, scheme) in new[] { (360, ColorScheme.Light), (360, ColorScheme.Dark), (1440, ColorScheme.Light), (1440, ColorScheme.Dark) })
        {
            await using var page = await browser.OpenAsync(new Uri(app.Client.BaseAddress!, path), width, scheme);
            await Screenshots.TakeAsync(page.Tab, path, width, scheme);

            (await page.Tab.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).Should().BeLessThanOrEqualTo(0, $"nothing is cut off at the right at {width} px");
            (await page.Tab.EvaluateAsync<string[]>($"async () => {{ {Axe.Value}; {Serious} }}")).Should().BeEmpty($"at {width} px, {scheme}");
            page.Errors.Should().BeEmpty();
        }
    }

    private const string Serious =
        """
        const found = await axe.run();
        return found.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join('; ')}`);
        """;
}
