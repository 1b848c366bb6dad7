using System.Globalization;
using Microsoft.Playwright;

namespace SaasApp.Tests;

/// <summary>The page of webhooks in a real Chromium.</summary>
public sealed class PageTests(RunningApp app, Browser browser)
{
    [Fact]
    public async Task Every_button_works_by_keyboard_and_its_effect_appears_without_an_error_in_the_console()
    {
        await using var page = await OpenAsync(width: 1440, ColorScheme.Light);
        var effects = await NumberAsync(page, "effects");
        // What comes before the buttons is the same on every page.
        await page.Tab.Locator(".sources a").Last.FocusAsync();

        foreach (var scenario in Scenario.All)
        {
            await page.Tab.Keyboard.PressAsync("Tab");
            (await page.Tab.EvaluateAsync<string>("document.activeElement.id")).Should().Be(scenario.Id, "Tab goes from button to button");
            (await page.Tab.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle")).Should().Be("solid", "the focus is visible");

            await page.Tab.Keyboard.PressAsync(scenario.Effects == 1 ? "Enter" : "Space");

            await page.Tab.WaitForSelectorAsync($"#{scenario.Id} .outcome.right");
            (await page.Tab.InnerTextAsync("[role=status]")).Should().StartWith($"{scenario.Title}: ✓").And.EndWith($"→ {scenario.Effects} effect{(scenario.Effects == 1 ? "" : "s")}");
        }

        // Other tests use the same application: at least these effects have come.
        await Eventually.HoldsAsync("the effects are counted", async () => await NumberAsync(page, "effects") >= effects + Scenario.All.Sum(scenario => scenario.Effects));
        (await page.Tab.Locator("#log tbody tr").CountAsync()).Should().BePositive();
        (await page.Tab.Locator("#list tbody tr .badge.bad").CountAsync()).Should().Be(0, "no event has two payments");
        page.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task It_shows_how_fast_events_are_received_and_drained()
    {
        await using var page = await OpenAsync(width: 1440, ColorScheme.Light);
        var (received, drained) = (await NumberAsync(page, "received"), await NumberAsync(page, "drained"));

        var stored = 0;
        await Eventually.HoldsAsync("the page has shown a second in which events were received and drained", async () =>
        {
            await page.Tab.EvaluateAsync("fetch('/api/scenarios/stored', { method: 'POST' })");
            stored++;
            return await NumberAsync(page, "receivedPerSecond") > 0 && await NumberAsync(page, "drainedPerSecond") > 0;
        });

        await Eventually.HoldsAsync("everything is counted", async () => await NumberAsync(page, "received") >= received + stored && await NumberAsync(page, "drained") >= drained + stored);
        await Eventually.HoldsAsync("nothing is left", async () => await NumberAsync(page, "pending") == 0);
        page.Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task It_fits_and_can_be_read(int width, ColorScheme scheme)
    {
        await using var page = await OpenAsync(width, scheme);
        await page.Tab.ClickAsync("#ten-at-once");
        await page.Tab.WaitForSelectorAsync("#ten-at-once .outcome.right");
        await page.Tab.WaitForSelectorAsync("#log tbody tr");

        (await page.Tab.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).Should().BeLessThanOrEqualTo(0, "nothing is cut off at the right");
        (await page.Tab.EvaluateAsync<double[]>(Contrasts)).Should().NotBeEmpty().And.OnlyContain(ratio => ratio >= 4.5, "WCAG 2.2 asks for a contrast of 4.5 (success criterion 1.4.3)");
        page.Errors.Should().BeEmpty();
    }

    // The contrast of every text with what lies behind it, by WCAG's formula for relative luminance. What is half transparent because it waits does not count.
    private const string Contrasts =
        """
        () => {
          const channels = colour => colour.match(/[\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = element => {
            for (let e = element; e; e = e.parentElement) {
              const colour = channels(getComputedStyle(e).backgroundColor);
              if (colour.length < 4 || colour[3] > 0) return colour;
            }
            return [255, 255, 255];
          };
          document.getAnimations().forEach(animation => animation.finish());
          return [...document.body.querySelectorAll('*')]
            .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.checkVisibility() && !['SCRIPT', 'NOSCRIPT'].includes(e.tagName))
            .map(e => [light(channels(getComputedStyle(e).color)), light(behind(e))])
            .map(([a, b]) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
        }
        """;

    private async Task<BrowserPage> OpenAsync(int width, ColorScheme scheme)
    {
        var page = await browser.OpenAsync(new Uri(app.Client.BaseAddress!, "/webhooks"), width, scheme);
        await page.Tab.WaitForSelectorAsync(".link.on");
        return page;
    }

    private static async Task<int> NumberAsync(BrowserPage page, string id) => int.Parse(await page.Tab.InnerTextAsync($"#{id}"), NumberStyles.Integer | NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
