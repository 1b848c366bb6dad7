using LoopbackModels;
using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Wire;

/// <summary>The official packages take the loopback server for the providers: what it says is what they read.</summary>
public sealed class LoopbackTests : IAsyncLifetime
{
    private ModelServer _server = null!;
    private ModelClients _clients = null!;

    public async ValueTask InitializeAsync() => _clients = new(_server = await ModelServer.StartAsync(new SwiftTime()));

    public async ValueTask DisposeAsync()
    {
        _clients.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [EachApi]
    public async Task A_whole_answer_is_read_with_text_tools_and_usage(ModelApi api)
    {
        _server["m"].Next(Rich(api));
        var response = await _clients.Client(api, "m").GetResponseAsync("hi", cancellationToken: TestContext.Current.CancellationToken);
        Check(api, response);
        response.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
        _server["m"].Requests.Should().ContainSingle().Which.Streamed.Should().BeFalse();
    }

    [Theory]
    [EachApi]
    public async Task A_streamed_answer_is_read_with_text_tools_and_usage(ModelApi api)
    {
        _server["m"].Next(Rich(api));
        var response = await _clients.Client(api, "m").GetStreamingResponseAsync("hi", cancellationToken: TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken);
        Check(api, response);
        response.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
        _server["m"].Requests.Should().ContainSingle().Which.Streamed.Should().BeTrue();
    }

    [Fact]
    public async Task Vectors_are_read()
    {
        _server["e"].Next(new ModelAnswer { Vectors = [[1, 2], [3, 4]], Usage = new() { Input = 5 } });
        using var generator = _clients.OpenAiEmbeddings("e");
        var vectors = await generator.GenerateAsync(["a", "b"], cancellationToken: TestContext.Current.CancellationToken);
        vectors.Select(v => v.Vector.ToArray()).Should().BeEquivalentTo(new[] { new float[] { 1, 2 }, [3, 4] });
        vectors.Usage!.InputTokenCount.Should().Be(5);
    }

    [Theory]
    [EachApi]
    public async Task A_model_is_switched_while_it_serves(ModelApi api)
    {
        using var client = _clients.Client(api, "m");
        var failed = new List<ModelCondition>();
        foreach (var condition in Enum.GetValues<ModelCondition>().Append(ModelCondition.Healthy))
        {
            _server["m"].Condition = condition;
            try
            {
                var response = await client.GetStreamingResponseAsync("hi", cancellationToken: TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken);
                response.Text.Should().Be("Hello from m.");
            }
            catch (Exception exception) when (exception is not FluentAssertions.Execution.AssertionFailedException)
            {
                failed.Add(condition);
            }
        }
        failed.Should().Equal(Enum.GetValues<ModelCondition>().Except([ModelCondition.Healthy, ModelCondition.Slow]));
        _server["m"].Asked.Should().Be(Enum.GetValues<ModelCondition>().Length + 1);
    }

    private static ModelAnswer Rich(ModelApi api) => new()
    {
        Parts =
        [
            .. api is ModelApi.Anthropic or ModelApi.Gemini ? [new ReasoningPart(["Let me ", "think."], "c2VhbA==")] : Array.Empty<AnswerPart>(),
            new TextPart(["It is ", "sunny."]),
            new ToolCallPart("call_1", "weather", """{"city":"Rome","days":2}"""),
        ],
        Usage = new() { Input = 100, CacheRead = 40, CacheWrite5m = api == ModelApi.Anthropic ? 7 : 0, Output = 30, Reasoning = 10 },
    };

    private static void Check(ModelApi api, ChatResponse response)
    {
        response.Text.Should().Be("It is sunny.");
        var call = response.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Which;
        (call.CallId, call.Name, call.Arguments!["city"]!.ToString()).Should().Be(("call_1", "weather", "Rome"));
        response.Usage!.OutputTokenCount.Should().Be(30);
        response.Usage.InputTokenCount.Should().Be(api == ModelApi.Anthropic ? 147 : 140);
        response.Usage.CachedInputTokenCount.Should().Be(40);
        if (api is ModelApi.Anthropic or ModelApi.Gemini)
            string.Concat(response.Messages.SelectMany(m => m.Contents).OfType<TextReasoningContent>().Select(r => r.Text)).Should().Be("Let me think.");
    }
}
