using System.Net;
using System.Text.RegularExpressions;

namespace SaasApp.Tests;

public sealed partial class OperationsTests(RunningApp app)
{
    private static readonly string[] Pages = ["/", "/tenants", "/credits", "/write", "/ledger", "/costs", "/audit", "/webhooks", "/load", "/operations"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_are_in_the_text_format_of_prometheus()
    {
        await app.Client.PostAsync("/api/scenarios/once", content: null, Ct);

        using var answer = await app.Client.GetAsync("/metrics", Ct);

        answer.Content.Headers.ContentType!.ToString().Should().Be("text/plain; version=0.0.4; charset=utf-8");
        var lines = (await answer.Content.ReadAsStringAsync(Ct)).TrimEnd('\n').Split('\n');
        lines.Should().OnlyContain(line => Comment().IsMatch(line) || Sample().IsMatch(line));
        lines.Should().Contain(line => line.StartsWith("patterns_webhook_dedup_claims_total{", StringComparison.Ordinal))
            .And.Contain(line => line.StartsWith("patterns_webhook_security_verifications_total{", StringComparison.Ordinal))
            .And.Contain(line => line.Contains("_bucket{", StringComparison.Ordinal) && line.Contains("le=\"+Inf\"", StringComparison.Ordinal));
        lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Every_link_of_every_page_leads_somewhere()
    {
        var links = new HashSet<string>(StringComparer.Ordinal);
        foreach (var page in Pages)
        {
            var html = await app.Client.GetStringAsync(page, Ct);
            html.Should().Contain("Guarantees: Patterns.").And.Contain("id=\"content\"");
            foreach (Match link in Href().Matches(html)) links.Add(link.Groups["to"].Value);
        }

        links.Should().Contain(link => link.StartsWith("/code/", StringComparison.Ordinal));
        foreach (var link in links)
            (await app.Client.GetAsync(link, HttpCompletionOption.ResponseHeadersRead, Ct)).StatusCode.Should().Be(HttpStatusCode.OK, link);
    }

    [Fact]
    public async Task Code_that_a_page_links_is_at_most_thirty_lines_and_no_other_file_is_served()
    {
        foreach (var page in Pages)
        {
            foreach (Match link in Href().Matches(await app.Client.GetStringAsync(page, Ct)).Where(link => link.Groups["to"].Value.StartsWith("/code/", StringComparison.Ordinal)))
            {
                var code = WebUtility.HtmlDecode(Shown().Match(await app.Client.GetStringAsync(link.Groups["to"].Value, Ct)).Groups["code"].Value);
                code.Should().NotBeEmpty(link.Groups["to"].Value).And.NotContain("<shown>");
            }
        }

        (await app.Client.GetAsync("/code/appsettings.json", Ct)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await app.Client.GetAsync("/code/..%2F..%2Fetc%2Fpasswd", Ct)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_form_that_another_site_posts_is_refused()
    {
        using var form = new FormUrlEncodedContent([new("_handler", "buy-small")]);

        (await app.Client.PostAsync("/credits", form, Ct)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_is_secret_or_personal_is_in_no_log_whatever_is_done()
    {
        using var client = new FormClient(app.Client.BaseAddress!);
        await client.SignInAsync("umbrella/ulrich");
        await client.PostAsync("/tenants", "write", ("Title", "confidential title"), ("Text", "confidential text"));
        await client.PostAsync("/tenants", "attempt", ("Other", "acme"));
        (await client.PostAsync("/credits", "buy-small")).Should().Contain("took effect once");
        (await client.PostAsync("/write", "write", ("topic", "confidential topic"))).Should().Contain("write about confidential topic");
        await client.PostAsync("/ledger", "operate", ("Amount", "1"), ("Operation", "spend"));
        await client.PostAsync("/audit", "verify");
        await app.DeliverAsync("""{"id":"evt_forged","type":"invoice.paid","secret":"confidential body"}""", "t=1,v1=confidential_signature");
        foreach (var scenario in (string[])["flipped-bit", "five-minutes-late", "killed-before-commit"]) await app.Client.PostAsync($"/api/scenarios/{scenario}", content: null, Ct);

        app.Output.Should().Contain("Stripe event evt_", "deliveries are logged");
        foreach (var secret in Production.Secrets.Values.Append("for development only").Append("billing@customer.example").Append("confidential").Append("Example Customer"))
            app.Output.Should().NotContain(secret!);
    }

    [GeneratedRegex("href=\"(?<to>/[^\"#]*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Href();

    [GeneratedRegex("<pre class=\"code\"[^>]*>(?<code>.*?)</pre>", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Shown();

    [GeneratedRegex(@"^# (HELP [a-z_:][a-zA-Z0-9_:]* .+|TYPE [a-z_:][a-zA-Z0-9_:]* (counter|gauge|histogram))$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^[a-z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*=""([^""\\]|\\.)*"",?)*\})? -?[0-9.E+-]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();
}
