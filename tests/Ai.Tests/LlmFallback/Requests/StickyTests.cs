using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Requests;

public sealed class StickyTests
{
    private const int Remembered = 10_000;
    private readonly FakeTime _time = new();
    private readonly AskedModel _first = new();
    private readonly AskedModel _second = new();

    [Fact, Guarantee("LlmFallback", 10)]
    public async Task A_conversation_stays_on_the_model_that_last_answered_it_for_five_minutes()
    {
        using var chain = await MovedAsync("a");

        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        await chain.AskAsync(options: Sticky("a"));
        (_first.Count, _second.Count).Should().Be((0, 1), "the prompt is still in the second model's cache");
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        await chain.AskAsync(options: Sticky("a"));
        (_first.Count, _second.Count).Should().Be((0, 2), "each answer warms the cache again");
        _time.Advance(TimeSpan.FromMinutes(5));
        await chain.AskAsync(options: Sticky("a"));
        (_first.Count, _second.Count).Should().Be((1, 2), "the cache is cold");
    }

    [Fact]
    public async Task Other_conversations_and_calls_without_one_take_the_first_model()
    {
        using var chain = await MovedAsync("a");

        await chain.AskAsync(options: Sticky("b"));
        await chain.AskAsync();

        (_first.Count, _second.Count).Should().Be((2, 0));
    }

    [Fact, Guarantee("LlmFallback", 10)]
    public async Task A_conversation_leaves_a_model_that_is_open()
    {
        using var chain = await MovedAsync("a");
        chain.Models.Trip("answers", "second", TimeSpan.FromMinutes(1));

        await chain.AskAsync(options: Sticky("a"));

        (_first.Count, _second.Count).Should().Be((1, 0));
    }

    [Fact]
    public async Task A_model_that_fails_a_conversation_loses_it_to_the_one_that_answers()
    {
        using var chain = await MovedAsync("a");
        _second.Fails();

        await chain.AskAsync(options: Sticky("a"));
        await chain.AskAsync(options: Sticky("a"));

        (_first.Count, _second.Count).Should().Be((2, 1));
    }

    [Fact]
    public async Task Of_more_than_ten_thousand_conversations_those_leave_that_were_answered_longest_ago()
    {
        using var chain = await MovedAsync(Enumerable.Range(0, Remembered + 1).Select(static i => $"c{i}"));

        await chain.AskAsync(options: Sticky("c0"));
        (_first.Count, _second.Count).Should().Be((1, 0), "it was forgotten");
        await chain.AskAsync(options: Sticky("c2"));
        (_first.Count, _second.Count).Should().Be((1, 1), "it was not");
    }

    [Fact]
    public async Task Many_callers_of_one_conversation_stay_together()
    {
        using var chain = await MovedAsync("a");

        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => chain.AskAsync(options: Sticky("a")), TestContext.Current.CancellationToken)));

        (_first.Count, _second.Count).Should().Be((0, 64));
    }

    [Fact]
    public async Task Zero_turns_it_off()
    {
        using var chain = await MovedAsync(["a"], TimeSpan.Zero);

        await chain.AskAsync(options: Sticky("a"));

        (_first.Count, _second.Count).Should().Be((1, 0));
    }

    [Fact]
    public async Task A_conversation_may_be_named_by_what_was_sent_as_JSON_or_is_no_text()
    {
        using var chain = await MovedAsync(["a", "7"]);
        foreach (var name in new object[] { JsonElement.Parse("\"a\""), JsonElement.Parse("7"), 7 })
            await chain.AskAsync(options: new() { AdditionalProperties = new() { ["patterns.sticky"] = name } });

        (_first.Count, _second.Count).Should().Be((0, 3));
    }

    private static ChatOptions Sticky(string conversation) => new() { AdditionalProperties = new() { ["patterns.sticky"] = conversation } };

    private Task<Chain> MovedAsync(string conversation) => MovedAsync([conversation]);

    /// <summary>A chain whose conversations were answered by its second model, because the first was held open meanwhile. The models' counts begin after that.</summary>
    private async Task<Chain> MovedAsync(IEnumerable<string> conversations, TimeSpan? stickyFor = null)
    {
        var chain = new Chain(
            c =>
            {
                c.StickyFor = stickyFor ?? c.StickyFor;
                c.Model("first", _ => _first.Client);
                c.Model("second", _ => _second.Client);
            },
            _time);
        chain.Models.Trip("answers", "first", TimeSpan.FromMinutes(1));
        foreach (var conversation in conversations)
            await chain.AskAsync(options: Sticky(conversation));
        chain.Models.Reset("answers", "first");
        _first.Forget();
        _second.Forget();
        return chain;
    }
}
