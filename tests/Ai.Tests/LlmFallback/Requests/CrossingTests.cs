using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Requests;

public sealed class CrossingTests
{
    private const string Signed = "EqQBCgIYAhIM";
    private readonly AskedModel _first = new("gemini");
    private readonly AskedModel _second = new("anthropic");

    [Fact, Guarantee("LlmFallback", 8)]
    public async Task The_model_that_the_history_comes_from_gets_the_very_same_messages()
    {
        using var chain = Of();
        List<ChatMessage> messages = [Calls.User("hi"), Calls.Assistant(Thought(), Raw(Calls.Call("a|b"))), Calls.Tool(Raw(Calls.Result("a|b"))), Calls.User("well?")];
        var options = new ChatOptions { RawRepresentationFactory = static _ => new object(), ModelId = "gemini-pro", Temperature = 1 };

        await chain.AskAsync(messages, options);

        _first.LastMessages.Should().BeSameAs(messages);
        _first.LastOptions.Should().BeSameAs(options);
    }

    [Fact, Guarantee("LlmFallback", 8)]
    public async Task Another_model_gets_a_copy_without_reasoning_raw_representations_and_hosted_calls()
    {
        using var chain = Of();
        _first.Fails();
        List<ChatMessage> messages =
        [
            Calls.User("hi"),
            Calls.Assistant(Thought(), Raw(new TextContent("Let me look.")), Raw(new AIContent()), new WebSearchToolCallContent("ws_1"), new WebSearchToolResultContent("ws_1"), Calls.Call("call_1")),
            Calls.Tool(Raw(Calls.Result("call_1"))),
            Calls.Assistant(Thought()),
            Raw(Calls.User("well?")),
        ];
        var before = JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions);
        var contents = messages.Select(static m => m.Contents.ToList()).ToList();

        await chain.AskAsync(messages);

        var told = _second.LastMessages;
        told.Select(static m => m.Role).Should().Equal(ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.User);
        told.Should().OnlyContain(static m => m.RawRepresentation == null && m.Contents.All(c => c.RawRepresentation == null));
        told[1].Contents.Select(static c => c.GetType()).Should().Equal(typeof(TextContent), typeof(FunctionCallContent));
        told[1].Text.Should().Be("Let me look.");
        told[0].Should().BeSameAs(messages[0], "what needs no change is no copy");
        JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions).Should().Be(before);
        messages.Select(static m => m.Contents.ToList()).Should().BeEquivalentTo(contents, static o => o.WithStrictOrdering().ComparingByValue<AIContent>(), "the caller's objects are the caller's");
        messages[^1].RawRepresentation.Should().NotBeNull();
    }

    [Fact]
    public async Task A_plain_history_crosses_without_a_copy()
    {
        using var chain = Of();
        _first.Fails();
        List<ChatMessage> messages = [new(ChatRole.System, "Be short."), Calls.User("hi"), Calls.Assistant(new TextContent("ho"), Calls.Call("call_1")), Calls.Tool(Calls.Result("call_1"))];

        await chain.AskAsync(messages);

        _second.LastMessages.Should().BeSameAs(messages);
    }

    [Theory, Guarantee("LlmFallback", 8)]
    [InlineData("anthropic", "^[a-zA-Z0-9_-]{1,40}$")]
    [InlineData("openai", "^[a-zA-Z0-9_-]{1,40}$")]
    [InlineData("azure", "^[a-zA-Z0-9_-]{1,40}$")]
    [InlineData("mistral", "^[a-zA-Z0-9]{9}$")]
    public async Task Ids_of_tool_calls_that_the_target_refuses_are_replaced_in_calls_and_results_alike(string provider, string taken)
    {
        var target = new AskedModel(provider);
        using var chain = Of(target);
        _first.Fails();
        string[] ids = ["call_1|fc_1", "functions.weather:0", "functions.weather:1", new('x', 41), new('x', 42), "", "töol"];
        List<ChatMessage> messages = [Calls.User("hi"), Calls.Assistant([.. ids.Select(Calls.Call)]), Calls.Tool([.. ids.Select(Calls.Result)])];

        await chain.AskAsync(messages);

        var (calls, results) = IdsOf(target.LastMessages);
        calls.Should().HaveCount(ids.Length).And.OnlyHaveUniqueItems().And.OnlyContain(id => System.Text.RegularExpressions.Regex.IsMatch(id, taken, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        results.Should().Equal(calls);
        IdsOf(messages).Calls.Should().Equal(ids, "the caller's history keeps its own");
    }

    [Fact]
    public async Task Replaced_ids_are_the_same_turn_after_turn_and_what_was_replaced_is_not_replaced_again()
    {
        using var chain = Of();
        _first.Fails();
        List<ChatMessage> messages = [Calls.User("hi"), Calls.Assistant(Calls.Call("a|b"), Calls.Call("")), Calls.Tool(Calls.Result("a|b"), Calls.Result(""))];
        await chain.AskAsync(messages);
        var (calls, _) = IdsOf(_second.LastMessages);
        var told = _second.LastMessages;

        await chain.AskAsync([.. messages, Calls.User("and?"), Calls.Assistant(Calls.Call("c|d"), Calls.Call("")), Calls.Tool(Calls.Result("c|d"), Calls.Result(""))]);

        var (later, results) = IdsOf(_second.LastMessages);
        later.Take(2).Should().Equal(calls);
        later.Should().OnlyHaveUniqueItems();
        results.Should().Equal(later);
        await chain.AskAsync(told);
        IdsOf(_second.LastMessages).Calls.Should().Equal(calls);
    }

    [Fact]
    public async Task Ids_that_the_target_takes_are_kept()
    {
        using var chain = Of();
        _first.Fails();

        await chain.AskAsync([Calls.User("hi"), Raw(Calls.Assistant(Calls.Call("call_1"))), Calls.Tool(Calls.Result("call_1"))]);

        IdsOf(_second.LastMessages).Calls.Should().Equal("call_1");
    }

    [Fact, Guarantee("LlmFallback", 8)]
    public async Task Options_that_the_target_refuses_or_that_mean_another_provider_are_removed_from_a_copy()
    {
        using var chain = new Chain(c =>
        {
            c.Model("first", _ => _first.Client);
            c.Model("second", _ => _second.Client, m => m.UnsupportedOptions.UnionWith([nameof(ChatOptions.Temperature), nameof(ChatOptions.Seed)]));
        });
        _first.Fails();
        var options = new ChatOptions { Temperature = 0.5f, TopP = 0.9f, ModelId = "gemini-pro", RawRepresentationFactory = static _ => new object() };

        await chain.AskAsync(options: options);

        var told = _second.LastOptions!;
        (told.Temperature, told.Seed, told.TopP, told.ModelId, told.RawRepresentationFactory).Should().Be((null, null, 0.9f, null, null));
        (options.Temperature, options.ModelId, options.RawRepresentationFactory is null).Should().Be((0.5f, "gemini-pro", false));
    }

    [Fact]
    public async Task A_raw_factory_is_kept_for_another_model_of_its_provider()
    {
        var sibling = new AskedModel("gemini");
        using var chain = Of(sibling);
        _first.Fails();
        var options = new ChatOptions { RawRepresentationFactory = static _ => new object(), ModelId = "gemini-pro" };

        await chain.AskAsync(options: options);

        (sibling.LastOptions!.RawRepresentationFactory, sibling.LastOptions.ModelId).Should().Be((options.RawRepresentationFactory, null));
    }

    private Chain Of(AskedModel? second = null) => new(c =>
    {
        c.Model("first", _ => _first.Client);
        c.Model("second", _ => (second ?? _second).Client);
    });

    private static TextReasoningContent Thought() => new("I think") { ProtectedData = Signed };

    private static T Raw<T>(T content)
        where T : AIContent
    {
        content.RawRepresentation = new object();
        return content;
    }

    private static ChatMessage Raw(ChatMessage message)
    {
        message.RawRepresentation = new object();
        return message;
    }

    private static (List<string> Calls, List<string> Results) IdsOf(IReadOnlyList<ChatMessage> messages) =>
        (messages.SelectMany(static m => m.Contents).OfType<FunctionCallContent>().Select(static c => c.CallId).ToList(),
            messages.SelectMany(static m => m.Contents).OfType<FunctionResultContent>().Select(static c => c.CallId).ToList());
}
