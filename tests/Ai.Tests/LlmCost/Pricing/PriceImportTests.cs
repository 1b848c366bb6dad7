using System.Text;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>A price file is imported whole or not at all, and every process prices by it.</summary>
public sealed class PriceImportTests(CostFixture costs) : IClassFixture<CostFixture>
{
    private const string Day = "2026-01-01";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_import_says_what_was_added_changed_and_unchanged()
    {
        await using var host = await NewAsync();
        (await ImportAsync(host, Entry("m", """{"input":3,"output":15}"""))).Should().BeEquivalentTo(new PriceImport(2, 0, 0, []));
        (await ImportAsync(host, Entry("m", """{"input":3,"cache_read":"input","output":16}"""))).Should().BeEquivalentTo(new PriceImport(1, 1, 1, []));
        (Usd(host, "m", new() { CacheRead = 1_000_000 }), Usd(host, "m", new() { Output = 1_000_000 })).Should().Be((3m, 16m));
    }

    [Theory]
    [Guarantee("LlmCost", 16)]
    [InlineData("""{"provider":"p","models":["b"],"from":"2026-01-01","usd_per_million":{"input":0.0000005}}""", "prices[1]: input is 0.0000005 USD for a million; it takes 0 to 1,000,000,000 with at most 6 decimals*")]
    [InlineData("""{"provider":"p","models":["b"],"from":"2026-01-01","usd_per_million":{"input":-1}}""", "prices[1]: input is -1 USD*")]
    [InlineData("""{"provider":"p","models":["b"],"from":"2026-01-01","usd_per_million":{"inputs":1}}""", "prices[1] prices 'inputs'; it takes input, cache_read,*")]
    [InlineData("""{"provider":"p","models":["b"],"from":"2026-01-01","usd_per_million":{"cache_read":"input"}}""", "prices[1]: cache_read is \"input\"; it takes USD for a million, or the name of a bucket*")]
    [InlineData("""{"provider":"p","models":["b"],"from":"2026-13-01","usd_per_million":{"input":1}}""", "prices[1]: from is missing or is no day*")]
    [InlineData("""{"provider":"p","models":["b-"],"from":"2026-01-01","usd_per_million":{"input":1}}""", "prices[1] has the model \"b-\"*without the boundary*")]
    [InlineData("""{"provider":"p","models":["b"],"tier":"cheap","from":"2026-01-01","usd_per_million":{"input":1}}""", "prices[1] has the tier 'cheap'; it takes standard, batch, flex or priority.")]
    [InlineData("""{"provider":"p","models":["b"],"above_input_tokens":-1,"from":"2026-01-01","usd_per_million":{"input":1}}""", "prices[1]: above_input_tokens is -1; it takes a whole number from 1.")]
    [InlineData("""{"provider":"p","models":["b"],"tiers":"batch","from":"2026-01-01","usd_per_million":{"input":1}}""", "prices[1] has a member 'tiers'*")]
    [InlineData("""{"provider":"p","models":["A"],"from":"2026-01-01","usd_per_million":{"input":1}}""", "prices[1] prices input of p model a (standard) a second time from the same day*")]
    [InlineData("7", "prices[1] is not an object.")]
    public async Task A_file_with_one_bad_price_imports_none_and_names_it(string bad, string message)
    {
        var import = () => ImportAsync(costs.Host, Entry("a", """{"input":1}""") + "," + bad);
        await import.Should().ThrowAsync<InvalidDataException>().WithMessage(message);
        Usd(costs.Host, "a", new() { Input = 1 }).Should().BeNull();
    }

    [Theory]
    [InlineData("", "The price file is not JSON*")]
    [InlineData("[]", "The price file is not a JSON object*")]
    [InlineData("{}", "The price file has neither this package's 'format' nor models with LiteLLM's*")]
    [InlineData("""{"format":"other"}""", "The price file has the format 'other'; this version reads 'patterns-llm-prices-1'.")]
    public async Task What_is_no_price_file_is_refused(string text, string message) =>
        await ((Func<Task>)(() => ReadAsync(costs.Host, text))).Should().ThrowAsync<InvalidDataException>().WithMessage(message);

    [Fact]
    [Guarantee("LlmCost", 16)]
    public async Task A_file_that_is_too_large_is_refused() =>
        await ((Func<Task>)(() => costs.Host.Ledger.ImportPricesAsync(new MemoryStream(new byte[(32 << 20) + 1]), cancellationToken: Ct))).Should().ThrowAsync<InvalidDataException>().WithMessage("The price file is larger than 32 MiB.*");

    [Fact]
    [Guarantee("LlmCost", 16)]
    public async Task A_file_older_than_the_last_one_is_refused_with_both_days()
    {
        await using var host = await NewAsync();
        await ImportAsync(host, Entry("m", """{"input":3}"""), published: "2026-03-02");
        await ((Func<Task>)(() => ImportAsync(host, Entry("m", """{"input":2}"""), published: "2026-03-01"))).Should()
            .ThrowAsync<InvalidOperationException>().WithMessage("The price file is of 2026-03-01, and prices of 2026-03-02 are imported already; nothing was changed.*");
        Usd(host, "m", new() { Input = 1_000_000 }).Should().Be(3m);
        await ImportAsync(host, Entry("m", """{"input":2}"""), published: "2026-03-02");
        Usd(host, "m", new() { Input = 1_000_000 }).Should().Be(2m);
    }

    [Theory]
    [Guarantee("LlmCost", 16)]
    [InlineData("""{"provider":"p","models":["m"],"from":"2026-01-01","usd_per_million":{"input":4}}""", true)]
    [InlineData("""{"provider":"p","models":["m"],"from":"2026-02-10","usd_per_million":{"input":4}}""", true)]
    [InlineData("""{"provider":"p","models":["m-2"],"from":"2026-02-10","usd_per_million":{"input":4}}""", true)]
    [InlineData("""{"provider":"p","models":["m-2"],"tier":"batch","from":"2026-02-10","usd_per_million":{"input":4}}""", true)]
    [InlineData("""{"provider":"p","models":["m"],"above_input_tokens":100000,"from":"2026-02-10","usd_per_million":{"input":4}}""", true)]
    [InlineData("""{"provider":"p","models":["m"],"region":"eu","from":"2026-02-10","usd_per_million":{"input":4}}""", true)]
    [InlineData("""{"provider":"p","models":["m"],"from":"2026-02-10","usd_per_million":{"input":3}}""", false)]
    [InlineData("""{"provider":"p","models":["m"],"from":"2026-03-01","usd_per_million":{"input":4}}""", false)]
    [InlineData("""{"provider":"p","models":["m-2"],"from":"2026-03-01","usd_per_million":{"input":4}}""", false)]
    [InlineData("""{"provider":"p","models":["new"],"from":"2026-01-01","usd_per_million":{"input":4}}""", false)]
    [InlineData("""{"provider":"p","models":["m"],"tier":"batch","from":"2026-01-01","usd_per_million":{"input":1}}""", false)]
    public async Task A_price_within_a_closed_month_cannot_change_but_one_that_was_missing_can_come(string entry, bool refused)
    {
        await using var host = await NewAsync();
        await ImportAsync(host, Entry("m", """{"input":3}"""));
        await host.Ledger.CloseAsync(new Month(2026, 2), Ct);
        var import = () => ImportAsync(host, entry);
        if (!refused)
        {
            await import.Should().NotThrowAsync();
            return;
        }

        await import.Should().ThrowAsync<InvalidOperationException>().WithMessage("The price file would change the price of input of p model m*in the closed month 2026-02; nothing was changed. Let the price begin on 2026-03-01 or later.");
        Usd(host, "m", new() { Input = 1_000_000 }).Should().Be(3m);
    }

    [Fact]
    public async Task A_finer_pattern_that_begins_later_leaves_what_went_before_at_the_coarser_one()
    {
        await using var host = await NewAsync();
        await ImportAsync(host, Entry("m", """{"input":3,"output":9}""") + """,{"provider":"p","models":["m-2"],"from":"2026-02-01","usd_per_million":{"input":1}}""");
        var january = new DateTimeOffset(2026, 1, 31, 23, 0, 0, TimeSpan.Zero);
        decimal? Cost(DateTimeOffset at, LlmUsage usage) => host.Cost.Price(new LlmCall("t", Guid.CreateVersion7(), "p", "m-2-x", usage) { StartedAt = at })?.ToUsd();
        (Cost(january, new() { Input = 1_000_000 }), Cost(january.AddHours(1), new() { Input = 1_000_000 }), Cost(january.AddHours(1), new() { Output = 1 })).Should().Be((3m, 1m, null));
    }

    [Fact]
    public async Task Another_process_prices_by_an_import_at_once()
    {
        await using var host = await NewAsync();
        await using var other = host.Other();
        await other.StartAsync();
        other.Cost.Price(Call("m")).Should().BeNull();
        await ImportAsync(host, Entry("m", """{"input":3}"""));
        await Eventually.HoldsAsync("the other process knows the price", () => other.Cost.Price(Call("m"))?.ToUsd() == 0.000_003m);
    }

    [Fact]
    public async Task A_process_that_missed_the_notification_prices_by_an_import_a_minute_later()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var host = await NewAsync();
        await using var other = host.Other(time: time);
        await other.StartAsync();
        await using (var silent = host.Postgres.DataSource.CreateCommand(host.Postgres.Sql(
            """
            INSERT INTO {schema}.llm_cost_prices VALUES ('p', 'm', 'standard', '', 0, 'input', '2026-01-01', 3000000);
            INSERT INTO {schema}.llm_cost_price_imports (published, imported_at, added, changed, unchanged) VALUES ('2026-01-01', now(), 1, 0, 0)
            """)))
            await silent.ExecuteNonQueryAsync(Ct);
        await Eventually.HoldsAsync("the other process knows the price", () =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return other.Cost.Price(Call("m"))?.ToUsd() == 0.000_003m;
        });
    }

    [Fact]
    public async Task A_process_without_a_host_prices_what_it_books()
    {
        await using var host = await NewAsync();
        await ImportAsync(host, Entry("m", """{"input":3}"""));
        await using var other = host.Other();
        await other.Cost.RecordAsync(Call("m") with { TenantId = "first" }, Ct);
        (await host.RowsAsync("first")).Should().ContainSingle().Which.PicoUsd.Should().Be(3_000_000m);
    }

    [Fact]
    public async Task A_file_that_names_its_day_takes_no_other() =>
        await ((Func<Task>)(() => costs.Host.Ledger.ImportPricesAsync(LlmPriceExample.Open(), new DateOnly(2026, 1, 1), Ct))).Should().ThrowAsync<ArgumentException>().WithMessage("The file names its own day, 2026-11-15.*");

    private Task<CostHost> NewAsync() => CostHost.NewAsync(costs.ConnectionString, example: false);

    private static string Entry(string model, string prices) => $$"""{"provider":"p","models":["{{model}}"],"from":"{{Day}}","usd_per_million":{{prices}}}""";

    private static Task<PriceImport> ImportAsync(CostHost host, string entries, string published = "2026-04-01") =>
        ReadAsync(host, $$"""{"format":"patterns-llm-prices-1","published":"{{published}}","prices":[{{entries}}]}""");

    private static Task<PriceImport> ReadAsync(CostHost host, string text) => host.Ledger.ImportPricesAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), cancellationToken: Ct);

    private static LlmCall Call(string model) => new("t", Guid.CreateVersion7(), "p", model, new LlmUsage { Input = 1 });

    private static decimal? Usd(CostHost host, string model, LlmUsage usage) => host.Cost.Price(Call(model) with { Usage = usage })?.ToUsd();
}
