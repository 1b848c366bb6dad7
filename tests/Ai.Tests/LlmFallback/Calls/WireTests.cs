using System.Net;
using System.Text;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>What the wire handler sees while a model answers.</summary>
public sealed class WireTests
{
    [Fact]
    [Guarantee("LlmFallback", 13)]
    public async Task A_model_with_nothing_left_is_not_asked_until_its_reset()
    {
        using var provider = new Provider(("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "30s"));
        var first = new ScriptedModel().Answers(provider.AskAsync).Answers("reset");
        using var chain = new ScriptedChain(first, new ScriptedModel());

        (await chain.AskAsync()).AdditionalProperties!["patterns.model"].Should().Be("first");
        (await chain.AskAsync()).AdditionalProperties!["patterns.model"].Should().Be("second");
        first.Asked.Should().ContainSingle();
        chain.Time.Advance(TimeSpan.FromSeconds(30));

        (await chain.AskAsync()).Text.Should().Be("reset");
    }

    [Fact]
    public async Task An_sdk_that_repeats_by_itself_is_told_of_once_with_the_setting_that_ends_it()
    {
        using var provider = new Provider();
        var first = new ScriptedModel();
        for (var i = 0; i < 2; i++)
        {
            first.Answers(async asked =>
            {
                await provider.AskAsync(asked);
                return await provider.AskAsync(asked);
            });
        }

        using var chain = new ScriptedChain(first);

        await chain.AskAsync();
        await chain.AskAsync();

        chain.Log.Lines.Should().ContainSingle().Which.Should().StartWith("Warning").And.Contain("first").And.Contain("RetryPolicy").And.Contain("2 requests");
    }

    private sealed class Provider(params (string Name, string Value)[] headers) : IDisposable
    {
        private readonly HttpClient _http = new(new LlmWireHandler(new Answers(headers)));

        public async Task<ChatResponse> AskAsync(Asked asked) => ScriptedModel.Says(await _http.GetStringAsync(new Uri("http://provider.test/"), asked.Token));

        public void Dispose() => _http.Dispose();

        private sealed class Answers((string Name, string Value)[] headers) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("fine", Encoding.UTF8) };
                foreach (var (name, value) in headers)
                    response.Headers.Add(name, value);
                return Task.FromResult(response);
            }
        }
    }
}
