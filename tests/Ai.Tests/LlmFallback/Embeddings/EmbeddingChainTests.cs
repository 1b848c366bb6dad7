using System.Net;
using Ai.Tests.LlmFallback.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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

        (await FluentActions.Awaiting(() => Chain().GenerateAsync(["a"], cancellationToken: caller.Token)).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(caller.Token);

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

    [Fact, Guarantee("LlmFallback", 16)]
    public async Task Fallbacks_skips_and_circuits_are_counted()
    {
        using var recorded = new Recorded();
        var (chain, third) = ("index-" + Guid.CreateVersion7().ToString("N"), new AskedGenerator(3));
        var services = Services(chain, third);
        services.GetRequiredService<ILlmFallback>().Trip(chain, "first", TimeSpan.FromMinutes(1));
        _second.Always = Failure(529);

        await Chain(services).GenerateAsync(["a"], cancellationToken: TestContext.Current.CancellationToken);
        recorded.Observe();

        recorded.Measures("patterns.llm_fallback.fallbacks", "patterns.chain", chain).Should().ContainSingle().Which.Tags.Should().Contain("from", "second").And.Contain("to", "third").And.Contain("kind", "Overloaded");
        recorded.Measures("patterns.llm_fallback.skips", "patterns.chain", chain).Should().ContainSingle().Which.Tags.Should().Contain("patterns.model", "first").And.Contain("reason", "circuit_open");
        recorded.Measures("patterns.llm_fallback.circuit", "patterns.chain", chain).Select(static m => (m.Tags["patterns.model"], m.Value)).Should().BeEquivalentTo(new (object?, double)[] { ("first", 2), ("second", 0), ("third", 0) });
    }

    [Fact, Guarantee("LlmFallback", 6)]
    public async Task A_client_that_does_not_heed_its_token_is_left_behind_a_second_after_the_calls_time()
    {
        _first.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        var asking = AskAsync(Chain());
        _time.Advance(TimeSpan.FromSeconds(60));
        asking.IsCompleted.Should().BeFalse("it may be about to come back");
        _time.Advance(TimeSpan.FromSeconds(1));

        await FluentActions.Awaiting(() => asking).Should().ThrowAsync<TimeoutException>();
        _first.Gate.SetException(new InvalidOperationException("nobody hears that"));
    }

    [Fact]
    public async Task An_SDK_that_repeats_by_itself_is_warned_of_once()
    {
        using var log = new CapturedLog();
        using var http = new HttpClient(new LlmWireHandler(new AlwaysFine()));
        _first.BeforeAnswer = async token =>
        {
            for (var i = 0; i < 2; i++)
                (await http.GetAsync(new Uri("http://model/"), token)).Dispose();
        };
        var chain = Chain(Services("index", log: log));

        await AskAsync(chain);
        await AskAsync(chain);

        log.Lines.Should().ContainSingle().Which.Should().StartWith("Warning").And.Contain("first").And.Contain("RetryPolicy").And.Contain("2 requests");
    }

    private static HttpRequestException Failure(int status) => new("no", null, (HttpStatusCode)status);

    private IEmbeddingGenerator<string, Embedding<float>> Chain() => Chain(Services());

    private static IEmbeddingGenerator<string, Embedding<float>> Chain(IServiceProvider services) => services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();

    private ServiceProvider Services(string chain = "index", AskedGenerator? third = null, CapturedLog? log = null)
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time)
            .AddLogging(logging => _ = log is null ? logging : logging.AddProvider(log))
            .AddLlmFallback(o => o.EmbeddingChain(chain, c =>
            {
                c.Model("first", Space, _ => _first);
                c.Model("second", Space, _ => _second);
                if (third is not null)
                    c.Model("third", Space, _ => third);
            }))
            .BuildServiceProvider();
        _made.Add(services);
        return services;
    }

    private static Task<GeneratedEmbeddings<Embedding<float>>> AskAsync(IServiceProvider services) =>
        AskAsync(services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("index"));

    private static Task<GeneratedEmbeddings<Embedding<float>>> AskAsync(IEmbeddingGenerator<string, Embedding<float>> chain) => chain.GenerateAsync(["one", "two"], cancellationToken: TestContext.Current.CancellationToken);

    private sealed class AlwaysFine : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
    }
}
