using Microsoft.Extensions.AI;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Whatever an adapter, a reader or a caller's own objects do, the call is as it would be without the ledger, and it is one row.</summary>
public sealed class OddAnswerTests(CostFixture costs) : IClassFixture<CostFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "", "unknown", null)]
    [InlineData("a\u0007b", "r\n", "ab", null)]
    [InlineData("\u0001", "id", "unknown", "id")]
    [Guarantee("LlmCost", 1)]
    public async Task Names_that_cannot_be_stored_lose_no_row(string model, string response, string booked, string? id)
    {
        await AskAsync(costs.Host, "names-" + booked + id, Answer(model, response));
        await StreamAsync(costs.Host, "names-" + booked + id, Answer(model, response));

        (await costs.Host.RowsAsync("names-" + booked + id)).Select(static row => (row.Model, row.ResponseId)).Should().Equal((booked, id), (booked, id));
    }

    [Fact]
    [Guarantee("LlmCost", 1)]
    public async Task A_long_name_is_not_cut_within_a_character()
    {
        await AskAsync(costs.Host, "cut", Answer(new string('m', 199) + "👍", new string('i', 201)));

        (await costs.Host.RowsAsync("cut")).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Model = new string('m', 199), ResponseId = (string?)null });
    }

    [Fact]
    [Guarantee("LlmCost", 1)]
    public async Task A_stream_whose_first_event_has_empty_names_has_those_that_came_later()
    {
        await StreamAsync(costs.Host, "azure", Answer("", ""), Answer("gpt-4.1", "chatcmpl_1"), Answer("", ""));

        (await costs.Host.RowsAsync("azure")).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Model = "gpt-4.1", ResponseId = "chatcmpl_1" });
    }

    [Fact]
    [Guarantee("LlmCost", 1)]
    public async Task A_reader_that_names_an_impossible_tier_or_region_or_no_usage_loses_no_row()
    {
        await using var host = costs.Host.Other(static o => o.ReadUsage<string>(static raw => raw == "none" ? new LlmWireUsage(null!) : new(new() { Input = 3 }, Tier: "gold", Region: new('r', 51))));
        await AskAsync(host, "reader", Answer("m", "r1", "odd"), Usage(3));
        await AskAsync(host, "reader", Answer("m", "r2"), Usage(4, "none"));

        (await host.RowsAsync("reader")).Select(static row => (row.Tier, row.Region, row.Buckets[LlmBucket.Input])).Should().BeEquivalentTo([("standard", "", 3L), ("standard", "", 4L)]);
    }

    [Fact]
    [Guarantee("LlmCost", 4)]
    public async Task What_a_reader_finds_suspect_is_booked_as_suspect()
    {
        await using var host = costs.Host.Other(static o => o.ReadUsage<string>(static raw => new(new() { CacheRead = 3 }, Suspect: raw)));
        await StreamAsync(host, "suspect", Answer("m", "r", "parts exceed the whole"), Usage(3));

        (await host.RowsAsync("suspect")).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Suspect = true, Buckets = new Dictionary<LlmBucket, long> { [LlmBucket.CacheRead] = 3 } });
    }

    [Fact]
    [Guarantee("LlmCost", 1)]
    public async Task A_text_that_cannot_be_made_fails_no_stream()
    {
        var call = new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("c1", "weather", new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = new Unspeakable() })]);
        await StreamAsync(costs.Host, "unspeakable", Answer("m", "r"), call);

        (await costs.Host.RowsAsync("unspeakable")).Should().ContainSingle().Which.State.Should().Be("estimated");
        costs.Host.Log.Lines.Should().Contain(static line => line.StartsWith("Warning: The size of a call to p could not be counted", StringComparison.Ordinal));
    }

    [Fact]
    [Guarantee("LlmCost", 1)]
    [Guarantee("LlmCost", 7)]
    public async Task Messages_that_cannot_be_read_again_change_nothing_of_a_cancellation()
    {
        var client = new LlmCostChatClient(new ScriptedChatClient(new OperationCanceledException("cancelled by the test")), costs.Host.Cost, "p");
        using (LlmCostScope.Begin("unreadable"))
            await client.Invoking(static c => c.GetResponseAsync(new Once(), cancellationToken: Ct)).Should().ThrowAsync<OperationCanceledException>().WithMessage("cancelled by the test");

        (await costs.Host.RowsAsync("unreadable")).Should().ContainSingle().Which.State.Should().Be("estimated");
    }

    [Fact]
    public async Task A_stream_that_is_refused_at_once_is_a_row_as_a_plain_call_is()
    {
        await ((Func<Task>)(() => StreamAsync(costs.Host, "at-once", new NotSupportedException("no streams")))).Should().ThrowAsync<NotSupportedException>().WithMessage("no streams");

        (await costs.Host.RowsAsync("at-once")).Should().ContainSingle().Which.Should().BeEquivalentTo(new { State = "failed", PicoUsd = 0m });
    }

    [Fact]
    [Guarantee("LlmCost", 7)]
    public async Task A_stream_that_ends_before_its_usage_is_an_estimate_by_what_was_told_until_then()
    {
        await using var host = costs.Host.Other(static o => o.ReadUsage<string>(static raw => raw == "start" ? new(new LlmUsage { Input = 40, CacheRead = 60, Output = 1 }) : null));
        await StreamAsync(host, "cut-off", Answer("m", "r", "start"), new ChatResponseUpdate(ChatRole.Assistant, new string('a', 68)));

        (await host.RowsAsync("cut-off")).Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            State = "estimated",
            Buckets = new Dictionary<LlmBucket, long> { [LlmBucket.Input] = 40, [LlmBucket.CacheRead] = 60, [LlmBucket.Output] = 20 },
        });
    }

    [Theory]
    [InlineData(101, 0, "provider has 101 characters*")]
    [InlineData(1, 51, "region has 51 characters*")]
    public void A_client_whose_rows_could_not_be_booked_is_refused(int provider, int region, string message) =>
        ((Func<object>)(() => new LlmCostChatClient(new ScriptedChatClient(null), costs.Host.Cost, new('p', provider), region: new('r', region)))).Should().Throw<ArgumentException>().WithMessage(message);

    private static ChatResponseUpdate Answer(string model, string response, object? raw = null) => new(ChatRole.Assistant, "hi") { ModelId = model, ResponseId = response, RawRepresentation = raw };

    private static ChatResponseUpdate Usage(long input, object? raw = null) => new(ChatRole.Assistant, [new UsageContent(new() { InputTokenCount = input })]) { RawRepresentation = raw };

    private static async Task AskAsync(CostHost host, string tenant, params ChatResponseUpdate[] updates)
    {
        using var scope = LlmCostScope.Begin(tenant);
        await new LlmCostChatClient(new ScriptedChatClient(null, updates), host.Cost, "p").GetResponseAsync("hi", cancellationToken: Ct);
    }

    private static Task StreamAsync(CostHost host, string tenant, params ChatResponseUpdate[] updates) => ReadAsync(host, tenant, new(null, updates));

    private static Task StreamAsync(CostHost host, string tenant, Exception failure) => ReadAsync(host, tenant, new(failure));

    private static async Task ReadAsync(CostHost host, string tenant, ScriptedChatClient client)
    {
        using var scope = LlmCostScope.Begin(tenant);
        await new LlmCostChatClient(client, host.Cost, "p").GetStreamingResponseAsync("hi", cancellationToken: Ct).ToListAsync(Ct);
    }

    private sealed class Unspeakable
    {
        public override string ToString() => throw new NotSupportedException("no text of this");
    }

    /// <summary>Messages that somebody else is changing.</summary>
    private sealed class Once : IReadOnlyCollection<ChatMessage>
    {
        public int Count => 1;

        public IEnumerator<ChatMessage> GetEnumerator() => throw new InvalidOperationException("Collection was modified");

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
