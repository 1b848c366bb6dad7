using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Requests;

public sealed class InputTokensTests
{
    [Fact]
    public async Task Text_counts_by_its_bytes_in_UTF_8()
    {
        (await CountAsync([Calls.User(new string('a', 35))])).Should().Be(10);
        (await CountAsync([Calls.User(new string('ä', 35))])).Should().Be(20);
        (await CountAsync([Calls.User(""), new ChatMessage(ChatRole.System, "abcd")])).Should().Be(2);
    }

    [Fact]
    public async Task All_that_the_model_reads_counts()
    {
        var plain = await CountAsync([Calls.User("hi")]);

        (await CountAsync([Calls.User("hi")], new() { Instructions = "Answer in one word." })).Should().BeGreaterThan(plain);
        (await CountAsync([Calls.User("hi")], new() { Tools = [Calls.Weather] })).Should().BeGreaterThan(plain);
        (await CountAsync([Calls.User("hi")], new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(Calls.Schema) })).Should().BeGreaterThan(plain);
        (await CountAsync([Calls.User("hi"), Calls.Assistant(Calls.Call("1"))])).Should().BeGreaterThan(plain);
        (await CountAsync([Calls.User("hi"), Calls.Tool(Calls.Result("1"))])).Should().BeGreaterThan(plain);
        (await CountAsync([Calls.User("hi"), Calls.Tool(new FunctionResultContent("1", Calls.Schema))])).Should().BeGreaterThan(plain);
        (await CountAsync([Calls.User("hi"), Calls.Assistant(new TextReasoningContent("a long thought"))])).Should().BeGreaterThan(plain);
        (await CountAsync([Calls.User("hi"), new ChatMessage(ChatRole.User, [new UriContent("https://example.com/cat.png", "image/png")])])).Should().Be(plain + 1_600, "an image is looked at in about as many tokens");
    }

    [Fact]
    public async Task A_counter_of_the_chain_decides_instead()
    {
        (await CountAsync([Calls.User("hi")], count: (messages, options) => messages.Count * 1_000 + (options?.MaxOutputTokens ?? 0))).Should().Be(1_000);
    }

    private static async Task<long> CountAsync(IList<ChatMessage> messages, ChatOptions? options = null, Func<IReadOnlyList<ChatMessage>, ChatOptions?, long>? count = null)
    {
        long counted = -1;
        using var chain = new Chain(c =>
        {
            c.CountTokens = count;
            c.Model("first", static _ => new AskedModel().Client, m => m.OnlyWhen = request =>
            {
                counted = request.InputTokens;
                return true;
            });
        });
        await chain.AskAsync(messages, options);
        return counted;
    }
}
