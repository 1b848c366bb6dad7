using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Requests;

public sealed class BoundCallTests
{
    private readonly AskedModel _first = new AskedModel("openai").Fails();
    private readonly AskedModel _second = new("anthropic");
    private readonly AskedModel _third = new("openai");

    public static TheoryData<string> Bonds => ["conversation", "continuation", "hosted tool", "hosted file"];

    [Theory, MemberData(nameof(Bonds)), Guarantee("LlmFallback", 10)]
    public async Task What_exists_only_at_one_provider_never_crosses_to_another(string bond)
    {
        using var chain = new Chain(c =>
        {
            c.Model("first", _ => _first.Client);
            c.Model("second", _ => _second.Client);
        });
        var (messages, options) = Bound(bond);

        (await FluentActions.Awaiting(() => chain.AskAsync(messages, options)).Should().ThrowAsync<HttpRequestException>("the provider's own answer is what there is")).WithMessage(AskedModel.Overloaded.Message);

        _second.Count.Should().Be(0);
    }

    [Fact, Guarantee("LlmFallback", 10)]
    public async Task A_provider_held_conversation_goes_back_to_the_provider_that_holds_it_long_after_its_cache_is_cold()
    {
        var time = new FakeTime();
        using var chain = new Chain(
            c =>
            {
                c.Model("first", _ => _first.Client);
                c.Model("second", _ => _second.Client);
            },
            time);
        _second.Answers = static () => new ChatResponse(new ChatMessage(ChatRole.Assistant, "yes")) { ConversationId = "held_1" };
        var opened = await chain.AskAsync();
        _first.Answers = static () => new ChatResponse(new ChatMessage(ChatRole.Assistant, "who are you?"));
        time.Advance(TimeSpan.FromHours(1));

        await chain.AskAsync(options: new() { ConversationId = opened.ConversationId });

        (_first.Count, _second.Count).Should().Be((1, 2));
    }

    [Fact]
    public async Task A_call_that_could_not_connect_goes_to_another_model_of_the_same_provider()
    {
        using var chain = new Chain(c =>
        {
            c.RetryDelay = TimeSpan.Zero;
            c.Model("first", _ => _first.Client);
            c.Model("second", _ => _second.Client);
            c.Model("third", _ => _third.Client);
        });
        _first.Fails(static () => new HttpRequestException(HttpRequestError.ConnectionError, "refused"));

        await chain.AskAsync(options: new() { ConversationId = "held_1" });

        (_second.Count, _third.Count).Should().Be((0, 1));
    }

    [Fact, Guarantee("LlmFallback", 10)]
    public async Task A_provider_held_conversation_whose_answer_was_empty_is_not_told_the_same_again()
    {
        using var chain = new Chain(c =>
        {
            c.Model("first", _ => _first.Client);
            c.Model("third", _ => _third.Client);
        });
        _first.Answers = static () => new ChatResponse(new ChatMessage(ChatRole.Assistant, ""));

        var thrown = (await FluentActions.Awaiting(() => chain.AskAsync(options: new() { ConversationId = "held_1" })).Should().ThrowAsync<LlmFallbackException>()).Which;

        thrown.Attempts.Select(static a => (a.Model, a.Kind, a.Code)).Should().Equal(("first", LlmFaultKind.BadOutput, "empty_answer"));
        (_first.Count, _third.Count).Should().Be((1, 0));
    }

    private static (IList<ChatMessage> Messages, ChatOptions Options) Bound(string bond) => bond switch
    {
        "conversation" => ([Calls.User("and then?")], new() { ConversationId = "held_1" }),
        "continuation" => ([Calls.User("and then?")], new() { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 }) }),
        "hosted tool" => ([Calls.User("search it")], new() { Tools = [new HostedWebSearchTool()] }),
        _ => ([new ChatMessage(ChatRole.User, [new HostedFileContent("file_1")])], new()),
    };
}
