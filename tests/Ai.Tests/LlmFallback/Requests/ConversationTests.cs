using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Requests;

/// <summary>Conversations whose answers come from one model and go back to another.</summary>
public sealed class ConversationTests
{
    private readonly AskedModel _first = new AskedModel("openai").Fails();
    private readonly AskedModel _second = new("anthropic");

    public static TheoryData<string?, bool, bool> Answers => new() { { null, false, false }, { null, true, false }, { null, true, true }, { "msg_1", true, false }, { "msg_1", true, true } };

    [Theory, MemberData(nameof(Answers)), Guarantee("LlmFallback", 8)]
    public async Task An_answer_goes_back_to_its_own_model_as_it_was_and_to_another_one_rewritten(string? messageId, bool streamed, bool kept)
    {
        using var chain = new Chain(c =>
        {
            c.StickyFor = TimeSpan.Zero;
            c.Model("first", _ => _first.Client);
            c.Model("second", _ => _second.Client);
        });
        _second.Answers = () => new ChatResponse(new ChatMessage(ChatRole.Assistant, [new TextContent("Let me look."), Thought(), Calls.Call("own|id")]) { MessageId = messageId }) { ResponseId = "r_1" };
        List<ChatMessage> messages = [Calls.User("hi")];
        var answer = streamed
            ? await chain.Client.GetStreamingResponseAsync(messages, cancellationToken: TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken)
            : await chain.AskAsync(messages);
        messages.AddRange(answer.Messages);
        messages.Add(Calls.Tool(Calls.Result("own|id")));
        if (kept)
            messages = JsonSerializer.Deserialize<List<ChatMessage>>(JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions), AIJsonUtilities.DefaultOptions)!;

        await chain.AskAsync(messages);
        _first.LastMessages.Should().NotBeSameAs(messages, "it said none of it");
        _first.LastMessages[1].Contents.Should().NotContain(static c => c is TextReasoningContent);
        var sent = _first.LastMessages.SelectMany(static m => m.Contents).ToList();
        sent.OfType<FunctionCallContent>().Single().CallId.Should().Be(sent.OfType<FunctionResultContent>().Single().CallId).And.NotContain("|");

        _second.LastMessages.Should().BeSameAs(messages);
    }

    private static TextReasoningContent Thought() => new("I think") { ProtectedData = "EqQBCgIYAhIM" };
}
