using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Patterns.LlmFallback;

namespace Children;

/// <summary>The first call of a process, by a client that makes its wire handler only then. Prints what the chain saw of the answer.</summary>
public static class AskFirst
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddLlmFallback(o => o.Chain("answers", c => c.Model("first", static _ => new LateClient())))
            .BuildServiceProvider();
        try
        {
            await services.GetRequiredService<IChatClient>().GetResponseAsync("Hello");
        }
        catch (InvalidOperationException)
        {
            await Console.Out.WriteLineAsync(services.GetRequiredService<ILlmFallback>().Status("answers")[0].LastFault.ToString());
        }

        return 0;
    }

    private sealed class LateClient : HttpMessageHandler, IChatClient
    {
        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            using var http = new HttpClient(new LlmWireHandler(this), disposeHandler: false);
            using var response = await http.GetAsync(new Uri("http://provider.invalid/"), cancellationToken);
            throw new InvalidOperationException("It did not work.");
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await GetResponseAsync(messages, options, cancellationToken);
            yield break;
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Content = new StringContent("""{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}""") });
    }
}
