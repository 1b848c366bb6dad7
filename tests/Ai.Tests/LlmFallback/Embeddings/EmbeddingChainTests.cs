using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Embeddings;

public sealed class EmbeddingChainTests : IAsyncDisposable
{
    private const string Space = "text-embedding-3-small/1536";
    private readonly FakeTime _time = new();
    private readonly AskedGenerator _first = new(1, "openai");
    private readonly AskedGenerator _second = new(2, "azure");
    private readonly List<ServiceProvider> _made = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _made)
            await services.DisposeAsync();
    }

    [Fact, Guarantee("LlmFallback", 15)]
    public async Task A_chain_of_two_spaces_is_an_options_error_at_start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLlmFallback(static o => o.EmbeddingChain("index", static c =>
        {
            c.Model("small", Space, static _ => new AskedGenerator());
            c.Model("large", "text-embedding-3-large/3072", static _ => new AskedGenerator());
        }));
        using var host = builder.Build();

        (await FluentActions.Awaiting(() => host.StartAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<OptionsValidationException>())
            .WithMessage("*'index'*text-embedding-3-small/1536*text-embedding-3-large/3072*");
    }

    [Fact]
    public async Task The_first_model_answers_while_it_can()
    {
        var vectors = await AskAsync(Chain());

        vectors.Select(static v => v.Vector.Span[0]).Should().Equal(1, 1);
        vectors.AdditionalProperties!["patterns.model"].Should().Be("first");
        vectors.AdditionalProperties["patterns.attempts"].Should().Be(1);
        ((Guid)vectors.AdditionalProperties["patterns.call_id"]!).Version.Should().Be(7);
        _second.Count.Should().Be(0);
    }

    [Fact, Guarantee("LlmFallback", 15)]
    public async Task All_vectors_of_a_call_come_from_one_model()
    {
        _first.Always = Failure(529);

        var vectors = await AskAsync(Chain());

        vectors.Select(static v => v.Vector.Span[0]).Should().Equal(2, 2);
        vectors.AdditionalProperties!["patterns.model"].Should().Be("second");
        vectors.AdditionalProperties["patterns.attempts"].Should().Be(2);
    }

    [Fact]
    public async Task An_answer_without_a_vector_for_each_value_is_not_taken()
    {
        _first.Missing = 1;

        var vectors = await AskAsync(Chain());

        vectors.Should().HaveCount(2);
        (_first.Count, _second.Count).Should().Be((2, 1));
    }

    [Fact]
    public async Task A_model_that_failed_for_once_is_asked_once_more_after_a_short_wait()
    {
        _first.Failures.Enqueue(Failure(500));
        _first.OnAsked = () =>
        {
            _first.OnAsked = null;
            _ = Task.Run(() => Eventually.HoldsAsync("the wait is over", () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(300));
                return _first.Count == 2;
            }));
        };

        var vectors = await AskAsync(Chain());

        vectors.AdditionalProperties!["patterns.model"].Should().Be("first");
        (_first.Count, _second.Count).Should().Be((2, 0));
    }

    [Fact]
    public async Task A_wrong_request_is_told_by_its_providers_own_exception_and_asked_nowhere_else()
    {
        var own = Failure(400);
        _first.Always = own;

        (await FluentActions.Awaiting(() => AskAsync(Chain())).Should().ThrowAsync<HttpRequestException>()).Which.Should().BeSameAs(own);

        _second.Count.Should().Be(0);
    }

    [Fact]
    public async Task When_every_model_fails_the_exception_has_every_attempt()
    {
        _first.Always = Failure(529);
        _second.Always = Failure(401);

        var thrown = (await FluentActions.Awaiting(() => AskAsync(Chain())).Should().ThrowAsync<LlmFallbackException>()).Which;

        thrown.Attempts.Select(static a => (a.Model, a.Kind)).Should().Equal(("first", LlmFaultKind.Overloaded), ("second", LlmFaultKind.Authentication));
        thrown.InnerException.Should().BeSameAs(_first.Always);
    }

    [Fact]
    public async Task A_model_that_is_open_is_not_asked_unless_all_are()
    {
        var services = Services();
        var models = services.GetRequiredService<ILlmFallback>();
        models.Trip("index", "first", TimeSpan.FromMinutes(1));
        await AskAsync(services);
        (_first.Count, _second.Count).Should().Be((0, 1));
        models.Trip("index", "second", TimeSpan.FromMinutes(2));

        await AskAsync(services);

        (_first.Count, _second.Count).Should().Be((1, 1), "the first reopens first");
        models.Status("index").Select(static m => m.Model).Should().Equal("first", "second");
    }

    [Fact]
    public async Task A_call_ends_with_its_time()
    {
        _first.OnAsked = () => _time.Advance(TimeSpan.FromSeconds(60));

        await FluentActions.Awaiting(() => AskAsync(Chain())).Should().ThrowAsync<TimeoutException>();

        (_first.Count, _second.Count).Should().Be((1, 0));
    }

    [Fact]
    public async Task A_cancelled_call_asks_nobody_else()
    {
        using var caller = new CancellationTokenSource();
        _first.OnAsked = caller.Cancel;

        await FluentActions.Awaiting(() => Chain().GenerateAsync(["a"], cancellationToken: caller.Token)).Should().ThrowAsync<OperationCanceledException>();

        (_first.Count, _second.Count).Should().Be((1, 0));
    }

    [Fact]
    public async Task Options_that_mean_the_first_model_are_left_out_of_a_copy_for_another()
    {
        _first.Always = Failure(529);
        var options = new EmbeddingGenerationOptions { ModelId = "text-embedding-3-small", Dimensions = 2, RawRepresentationFactory = static _ => new object() };

        await Chain().GenerateAsync(["a"], options, TestContext.Current.CancellationToken);

        _first.LastOptions.Should().BeSameAs(options);
        (_second.LastOptions!.ModelId, _second.LastOptions.Dimensions, _second.LastOptions.RawRepresentationFactory).Should().Be((null, 2, null));
        options.ModelId.Should().Be("text-embedding-3-small");
    }

    private static HttpRequestException Failure(int status) => new("no", null, (HttpStatusCode)status);

    private IEmbeddingGenerator<string, Embedding<float>> Chain() => Services().GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();

    private ServiceProvider Services()
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time)
            .AddLlmFallback(o => o.EmbeddingChain("index", c =>
            {
                c.Model("first", Space, _ => _first);
                c.Model("second", Space, _ => _second);
            }))
            .BuildServiceProvider();
        _made.Add(services);
        return services;
    }

    private static Task<GeneratedEmbeddings<Embedding<float>>> AskAsync(IServiceProvider services) =>
        AskAsync(services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("index"));

    private static Task<GeneratedEmbeddings<Embedding<float>>> AskAsync(IEmbeddingGenerator<string, Embedding<float>> chain) => chain.GenerateAsync(["one", "two"], cancellationToken: TestContext.Current.CancellationToken);
}
