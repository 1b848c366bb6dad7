using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>Which models a call asks, and with what it ends.</summary>
public sealed class CallTests
{
    [Theory]
    [InlineData(402)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(529)]
    [Guarantee("LlmFallback", 1)]
    public async Task The_next_model_is_asked_at_once_when_one_cannot_answer(int status)
    {
        var (first, second) = (new ScriptedModel().Throws(new ProviderException(status)), new ScriptedModel().Answers("yes"));
        using var chain = new ScriptedChain(first, second);

        var response = await chain.AskAsync();

        response.Text.Should().Be("yes");
        response.AdditionalProperties!["patterns.model"].Should().Be("second");
        (first.Asked.Count, second.Asked.Count).Should().Be((1, 1));
    }

    [Fact]
    [Guarantee("LlmFallback", 1)]
    [Guarantee("LlmFallback", 14)]
    public async Task When_no_model_answers_the_exception_tells_every_attempt()
    {
        var (one, two) = (new ProviderException(529, "overloaded_error", ("request-id", "req_1")), new ProviderException(429, "rate_limit_exceeded", ("retry-after", "60")));
        using var chain = new ScriptedChain(new ScriptedModel().Throws(one), new ScriptedModel().Throws(two));

        var failure = (await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<LlmFallbackException>()).Which;

        failure.Attempts.Should().BeEquivalentTo(new[]
        {
            new LlmAttempt("first", LlmFaultKind.Overloaded, 529, "overloaded_error", "req_1", null, TimeSpan.Zero, one),
            new LlmAttempt("second", LlmFaultKind.RateLimited, 429, "rate_limit_exceeded", null, TimeSpan.FromSeconds(60), TimeSpan.Zero, two),
        }, static equal => equal.WithStrictOrdering().ComparingByMembers<LlmAttempt>().Excluding(static info => info.Path.EndsWith("Exception")));
        failure.Attempts.Select(static attempt => attempt.Exception).Should().Equal(one, two);
        failure.InnerException.Should().BeSameAs(one);
        failure.Chain.Should().Be(chain.Name);
    }

    [Fact]
    [Guarantee("LlmFallback", 14)]
    public async Task Neither_messages_nor_logs_hold_what_was_asked_or_answered()
    {
        using var chain = new ScriptedChain(new ScriptedModel().Throws(new ProviderException(500), new ProviderException(500)), new ScriptedModel().Throws(new ProviderException(529)));

        var asking = chain.AskAsync();
        await chain.AdvanceAsync(asking, TimeSpan.FromMilliseconds(300));
        var failure = (await FluentActions.Awaiting(() => asking).Should().ThrowAsync<LlmFallbackException>()).Which;

        failure.Message.Should().Contain("first: ServerError 500").And.Contain("second: Overloaded 529").And.NotContain(ProviderException.Secret);
        chain.Log.Lines.Should().HaveCount(3).And.NotContain(static line => line.Contains(ProviderException.Secret, StringComparison.Ordinal));
    }

    [Fact]
    [Guarantee("LlmFallback", 14)]
    public async Task The_failure_of_the_only_model_is_its_own_exception_with_its_stack()
    {
        var model = new ScriptedModel().Answers(static _ => FailDeepInsideAsync());
        using var chain = new ScriptedChain(model);

        var failure = (await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<ProviderException>()).Which;

        failure.StackTrace.Should().Contain(nameof(FailDeepInsideAsync));
    }

    [Theory]
    [InlineData(400, LlmFaultKind.InvalidRequest)]
    [InlineData(422, LlmFaultKind.InvalidRequest)]
    [Guarantee("LlmFallback", 9)]
    public async Task What_no_model_would_take_is_asked_once_and_thrown_as_it_is(int status, LlmFaultKind kind)
    {
        var (wrong, second) = (new ProviderException(status), new ScriptedModel());
        using var chain = new ScriptedChain(static o => o.LastResort = static (_, _) => throw new InvalidOperationException("It stands in for models, not for requests."), new ScriptedModel().Throws(wrong), second);

        (await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<ProviderException>()).Which.Should().BeSameAs(wrong);

        second.Asked.Should().BeEmpty();
        chain.Fallback.Classify(wrong.Evidence).Kind.Should().Be(kind);
        chain.StateOf("first").Should().Be(LlmCircuitState.Closed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Guarantee("LlmFallback", 9)]
    public async Task A_wrong_request_that_is_told_within_an_answer_is_a_failure_and_asked_nowhere_else(bool streamed)
    {
        var second = new ScriptedModel();
        var error = new ErrorContent("What is that?") { ErrorCode = "invalid_request_error" };
        using var chain = new ScriptedChain(
            static o => o.LastResort = static (_, _) => throw new InvalidOperationException("It stands in for models, not for requests."),
            new ScriptedModel().Answers(new ChatResponse(new ChatMessage(ChatRole.Assistant, [error]))).Streams(new ChatResponseUpdate(ChatRole.Assistant, [error]), ScriptedModel.Finish), second);

        var failure = (await FluentActions.Awaiting(() => streamed ? chain.ReadAsync() : chain.AskAsync()).Should().ThrowAsync<LlmFallbackException>()).Which;

        failure.Attempts.Select(static a => (a.Model, a.Kind, a.Code)).Should().Equal(("first", LlmFaultKind.InvalidRequest, "invalid_request_error"));
        second.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task A_wrong_request_that_only_the_second_model_tells_is_thrown_as_it_is()
    {
        var wrong = new ProviderException(400);
        using var chain = new ScriptedChain(new ScriptedModel().Throws(new ProviderException(529)), new ScriptedModel().Throws(wrong), new ScriptedModel());

        (await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<ProviderException>()).Which.Should().BeSameAs(wrong);
    }

    [Fact]
    public async Task A_request_that_is_too_long_goes_only_to_models_with_a_larger_window()
    {
        var (second, third) = (new ScriptedModel(), new ScriptedModel().Answers("long read"));
        using var chain = new ScriptedChain(
            static (name, model) => model.ContextWindow = name switch { "first" => 100_000, "second" => null, _ => 200_000 },
            static _ => { },
            new ScriptedModel().Throws(new ProviderException(400, "context_length_exceeded")), second, third);

        (await chain.AskAsync()).Text.Should().Be("long read");

        second.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task A_request_that_is_too_large_goes_only_to_models_with_a_larger_limit()
    {
        using var chain = new ScriptedChain(
            static (name, model) => model.MaxRequestBytes = name == "first" ? 2_000_000 : 1_000_000,
            static _ => { },
            new ScriptedModel().Throws(new ProviderException(413)), new ScriptedModel());

        // One model was asked, so its own exception says it all.
        await chain.Invoking(static c => c.AskAsync()).Should().ThrowAsync<ProviderException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_fallback_only_the_first_model_is_asked(bool perCall)
    {
        var (overloaded, second) = (new ProviderException(529), new ScriptedModel());
        using var chain = new ScriptedChain(o => o.Fallback = perCall, new ScriptedModel().Throws(overloaded), second);

        var options = perCall ? new ChatOptions { AdditionalProperties = new() { ["patterns.fallback"] = false } } : null;
        (await chain.Invoking(c => c.AskAsync(options)).Should().ThrowAsync<ProviderException>()).Which.Should().BeSameAs(overloaded);

        second.Asked.Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmFallback", 16)]
    public async Task Each_response_says_its_model_how_many_attempts_it_took_and_its_call()
    {
        using var chain = new ScriptedChain(new ScriptedModel().Throws(new ProviderException(529)), new ScriptedModel("anthropic"));

        var (one, two) = (await chain.AskAsync(), await chain.AskAsync());

        one.AdditionalProperties!["patterns.model"].Should().Be("second");
        one.AdditionalProperties["patterns.attempts"].Should().Be(2);
        var id = one.AdditionalProperties["patterns.call_id"].Should().BeOfType<Guid>().Which;
        (id.Version, two.AdditionalProperties!["patterns.call_id"]).Should().NotBe((7, id)).And.Match<(int Version, object? Id)>(static x => x.Version == 7);
        two.AdditionalProperties["patterns.attempts"].Should().Be(1);
    }

    [Fact]
    public async Task A_client_that_keeps_books_is_told_the_call_and_the_attempt_in_a_copy_of_the_options()
    {
        var (first, second, third) = (new ScriptedModel { WantsCallId = true }.Throws(new ProviderException(529)), new ScriptedModel().Throws(new ProviderException(529)), new ScriptedModel { WantsCallId = true });
        using var chain = new ScriptedChain(first, second, third);
        var options = new ChatOptions { Temperature = 0.5f };

        var response = await chain.AskAsync(options);

        first.Asked[0].Options!.AdditionalProperties.Should().Contain("patterns.call_id", response.AdditionalProperties!["patterns.call_id"]).And.Contain("patterns.attempt", 1);
        second.Asked[0].Options.Should().BeSameAs(options);
        third.Asked[0].Options!.AdditionalProperties.Should().Contain("patterns.call_id", response.AdditionalProperties["patterns.call_id"]).And.Contain("patterns.attempt", 3);
        third.Asked[0].Options!.Temperature.Should().Be(0.5f);
        options.AdditionalProperties.Should().BeNull();
    }

    [Fact]
    public async Task An_open_model_is_not_asked_and_when_all_are_open_the_one_that_reopens_first_is()
    {
        var (first, second) = (new ScriptedModel(), new ScriptedModel());
        using var chain = new ScriptedChain(first, second);
        chain.Fallback.Trip(chain.Name, "first", TimeSpan.FromMinutes(5));

        (await chain.AskAsync()).AdditionalProperties!["patterns.model"].Should().Be("second");
        chain.Fallback.Trip(chain.Name, "second", TimeSpan.FromMinutes(1));
        (await chain.AskAsync()).AdditionalProperties!["patterns.model"].Should().Be("second");

        first.Asked.Should().BeEmpty();
        chain.StateOf("second").Should().Be(LlmCircuitState.Closed, "it answered");
    }

    [Fact]
    public async Task Null_messages_are_refused_before_any_attempt()
    {
        var model = new ScriptedModel();
        using var chain = new ScriptedChain(model);

        await chain.Invoking(static c => c.Client.GetResponseAsync(messages: null!)).Should().ThrowAsync<ArgumentNullException>().WithParameterName("messages");
        chain.Invoking(static c => c.Client.GetStreamingResponseAsync(messages: null!)).Should().Throw<ArgumentNullException>().WithParameterName("messages");

        model.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task The_first_models_metadata_speak_for_the_chain()
    {
        using var chain = new ScriptedChain(new ScriptedModel("anthropic"), new ScriptedModel());

        chain.Client.GetService<ChatClientMetadata>()!.ProviderName.Should().Be("anthropic");
        chain.Client.GetService<ScriptedModel>().Should().BeNull("whoever gets a model's client goes around the chain");
        chain.Client.GetService<IChatClient>().Should().BeSameAs(chain.Client);
        (await chain.AskAsync()).Text.Should().Be("fine");
    }

    [Fact]
    public async Task Hundreds_of_callers_each_get_one_answer_while_models_fail()
    {
        // Every third call of the first model fails; what its circuit makes of that is no caller's concern.
        var calls = 0;
        var first = new ScriptedModel();
        for (var i = 0; i < 256 * 8; i++)
            first.Answers(async _ => Interlocked.Increment(ref calls) % 3 == 0 ? throw new ProviderException(529) : await Task.FromResult(ScriptedModel.Says("fine")));
        using var chain = new ScriptedChain(first, new ScriptedModel());
        var start = new Rendezvous(256);

        var answers = await Task.WhenAll(Enumerable.Range(0, 256).Select(_ => Task.Run(async () =>
        {
            await start.ArriveAsync();
            var texts = new List<(string, object?)>();
            for (var i = 0; i < 8; i++)
            {
                var response = await chain.AskAsync();
                texts.Add((response.Text, response.AdditionalProperties!["patterns.call_id"]));
            }

            return texts;
        })));

        answers.SelectMany(static texts => texts).Should().OnlyContain(static answer => answer.Item1 == "fine");
        answers.SelectMany(static texts => texts.Select(static t => t.Item2)).Should().OnlyHaveUniqueItems();
    }

    private static async Task<ChatResponse> FailDeepInsideAsync()
    {
        await Task.Yield();
        throw new ProviderException(529);
    }
}
