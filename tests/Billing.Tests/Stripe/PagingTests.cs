using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>Lists: forward, backward, searches, version 2, and pages that lead nowhere.</summary>
public sealed class PagingTests : ScriptedStripe
{
    [Fact, Guarantee("Stripe", 5)]
    public async Task A_list_goes_on_after_the_last_entry_of_each_page()
    {
        Server.Answer(200, Page(more: true, "in_1", "in_2")).Answer(200, Page(more: true, "in_3")).Answer(200, Page(more: false, "in_4"));

        (await IdsAsync(Client.ListInvoicesAsync(new InvoiceFilter { Customer = "cus_1", Limit = 2 }, ct: Stop))).Should().Equal("in_1", "in_2", "in_3", "in_4");

        (await QueriesAsync(3)).Should().Equal("customer=cus_1&limit=2", "customer=cus_1&limit=2&starting_after=in_2", "customer=cus_1&limit=2&starting_after=in_3");
    }

    [Fact, Guarantee("Stripe", 5)]
    public async Task A_list_that_runs_backward_yields_each_page_in_reverse()
    {
        Server.Answer(200, Page(more: true, "in_7", "in_8")).Answer(200, Page(more: false, "in_5", "in_6"));

        (await IdsAsync(Client.ListInvoicesAsync(new InvoiceFilter { EndingBefore = "in_9" }, ct: Stop))).Should().Equal("in_8", "in_7", "in_6", "in_5");

        (await QueriesAsync(2)).Should().Equal("ending_before=in_9", "ending_before=in_7");
    }

    [Fact, Guarantee("Stripe", 5)]
    public async Task A_search_goes_on_with_the_page_that_it_names()
    {
        Server.Answer(200, """{"object":"search_result","data":[{"id":"a"}],"has_more":true,"next_page":"p2=="}""").Answer(200, """{"object":"search_result","data":[{"id":"b"}],"has_more":false,"next_page":null}""");

        (await ElementsAsync("/v1/customers/search?query=x")).Should().Equal("a", "b");

        (await QueriesAsync(2)).Should().Equal("query=x", "query=x&page=p2%3D%3D");
    }

    [Fact, Guarantee("Stripe", 5)]
    public async Task A_list_of_version_2_goes_on_at_the_address_that_it_names()
    {
        Server.Answer(200, """{"data":[{"id":"a"}],"next_page_url":"/v2/core/events?page=2&limit=1"}""").Answer(200, """{"data":[{"id":"b"}],"next_page_url":null}""");

        (await ElementsAsync("/v2/core/events?limit=1")).Should().Equal("a", "b");

        (await QueriesAsync(2)).Should().Equal("limit=1", "page=2&limit=1");
    }

    [Theory, Guarantee("Stripe", 5)]
    [InlineData("/v1/x", """{"data":[],"has_more":true}""", "*empty page*")]
    [InlineData("/v1/x", """{"data":[{"name":"no id"}],"has_more":true}""", "*without an id*")]
    [InlineData("/v1/x?starting_after=a", """{"data":[{"id":"a"}],"has_more":true}""", "*just read*")]
    [InlineData("/v1/x/search?page=p", """{"data":[{"id":"a"}],"has_more":true,"next_page":"p"}""", "*just read*")]
    [InlineData("/v2/x?page=1", """{"data":[{"id":"a"}],"next_page_url":"/v2/x?page=1"}""", "*just read*")]
    [InlineData("/v2/x", """{"data":[{"id":"a"}],"next_page_url":"https://elsewhere.example/v2/x"}""", "*not a path*")]
    [InlineData("/v1/x", """{"object":"list"}""", "*another shape*")]
    public async Task A_page_that_leads_nowhere_is_an_error_and_no_loop(string path, string page, string message)
    {
        Server.Answer(200, page);

        var error = (await this.Awaiting(_ => ElementsAsync(path)).Should().ThrowAsync<StripeApiException>().WithMessage(message)).Which;

        error.Kind.Should().Be(StripeErrorKind.Api);
        Server.Count.Should().Be(1);
    }

    [Fact, Guarantee("Stripe", 5)]
    public async Task A_page_is_fetched_only_when_the_one_before_it_is_used_up()
    {
        Server.Answer(200, Page(more: true, "in_1", "in_2"));
        await using var invoices = Client.ListInvoicesAsync(new InvoiceFilter(), ct: Stop).GetAsyncEnumerator(Stop);

        await invoices.MoveNextAsync();
        await invoices.MoveNextAsync();

        Server.Count.Should().Be(1);
        invoices.Current.Raw.GetProperty("id").GetString().Should().Be("in_2");
    }

    private static string Page(bool more, params string[] ids) => $$"""{"object":"list","has_more":{{(more ? "true" : "false")}},"data":[{{string.Join(',', ids.Select(id => $$"""{"object":"invoice","id":"{{id}}"}"""))}}]}""";

    private static async Task<List<string>> IdsAsync(IAsyncEnumerable<StripeObject> list)
    {
        var ids = new List<string>();
        await foreach (var entry in list) ids.Add(entry.Id);
        return ids;
    }

    private async Task<List<string>> ElementsAsync(string path)
    {
        var ids = new List<string>();
        await foreach (var entry in Client.ListAsync(path, JsonText.Default.JsonElement, ct: Stop)) ids.Add(entry.TryGetProperty("id", out var id) ? id.GetString()! : "");
        return ids;
    }

    private async Task<List<string>> QueriesAsync(int count)
    {
        var queries = new List<string>();
        for (var i = 0; i < count; i++) queries.Add((await Server.NextAsync()).Query);
        return queries;
    }
}
