#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Ai/Patterns.LlmFallback/Patterns.LlmFallback.csproj

// Two models behind one client: the first runs out of credit, breaks off and lacks what a call needs, and what is asked is still answered. No key, no network: dotnet run samples/LlmFallback.cs
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;
using Samples;

var claude = new ScriptedModel("anthropic");
var gpt = new ScriptedModel("openai");
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services.AddLlmFallback(o => o.Chain("answers", c =>
{
    c.Model("claude", _ => claude, m => (m.ContextWindow, m.MaxOutputTokens, m.Price, m.Supports) = (200_000, 8_000, new(3, 15), LlmFeatures.All & ~LlmFeatures.Audio));
    c.Model("gpt", _ => gpt, m => (m.ContextWindow, m.MaxOutputTokens, m.Price) = (128_000, 16_000, new(2, 8)));
    c.MaxCostPerCall = 0.50m;
}));
using var host = builder.Build();
await host.StartAsync(); // checks the options
var answers = host.Services.GetRequiredKeyedService<IChatClient>("answers");
var models = host.Services.GetRequiredService<ILlmFallback>();

await AskAsync("All is well");

// An account without credit does not heal by waiting: the next model is asked at once, and this one not at all for ten minutes, or until an operator says that it is paid.
claude.Next = () => throw new HttpRequestException("""{"type":"error","error":{"type":"billing_error"}}""", null, HttpStatusCode.PaymentRequired);
await AskAsync("An account without credit");
claude.Next = null;
await AskAsync("The next call");
foreach (var model in models.Status("answers"))
    Console.WriteLine($"  {model.Model}: {model.State}{(model.LastFault is { } fault ? $" after {fault}" : "")}");
models.Reset("answers", "claude");

// What a call needs is known before anybody is asked.
var recording = new ChatMessage(ChatRole.User, [new TextContent("What is said here?"), new DataContent(new byte[] { 1, 2, 3 }, "audio/wav")]);
Show("A recording", await answers.GetResponseAsync(recording));

// A stream that dies before its first content is replaced by another one, and the reader sees one answer.
claude.Breaks = 0;
Console.WriteLine($"A stream that never began: {await ReadAsync("Tell me a story")}");

// One that dies later is told as what it is, with all that the reader has. c.Streaming = AfterFirstToken.Restart or Continue would go on with the next model.
claude.Breaks = 2;
try
{
    await ReadAsync("Tell me a story");
}
catch (LlmStreamInterruptedException interrupted)
{
    Console.WriteLine($"A stream that broke: {interrupted.Attempt.Model} said '{interrupted.TextSoFar}', then {interrupted.Attempt.Kind}");
}

// When no model answers, every attempt and its reason is there.
claude.Next = gpt.Next = () => throw new HttpRequestException("overloaded", null, (HttpStatusCode)529);
try
{
    await AskAsync("Nobody answers");
}
catch (LlmFallbackException failed)
{
    foreach (var attempt in failed.Attempts)
        Console.WriteLine($"  {attempt.Model}: {attempt.Kind} {attempt.Status}");
}

async Task AskAsync(string title) => Show(title, await answers.GetResponseAsync("Is it so?"));

void Show(string title, ChatResponse response) =>
    Console.WriteLine($"{title}: '{response.Text}' from {response.AdditionalProperties!["patterns.model"]}, attempts: {response.AdditionalProperties["patterns.attempts"]}");

async Task<string> ReadAsync(string question)
{
    var text = "";
    await foreach (var update in answers.GetStreamingResponseAsync(question))
        text += update.Text;
    return text;
}

namespace Samples
{
    /// <summary>Stands in a provider's place. Take your SDK's client, with its own retries at zero and an LlmWireHandler in its HttpClient.</summary>
    internal sealed class ScriptedModel(string provider) : IChatClient
    {
        public Func<string>? Next { get; set; }

        /// <summary>After how many words a stream breaks.</summary>
        public int? Breaks { get; set; }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            try
            {
                return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, Next?.Invoke() ?? "yes")) { FinishReason = ChatFinishReason.Stop });
            }
            catch (HttpRequestException exception)
            {
                return Task.FromException<ChatResponse>(exception);
            }
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            string[] words = ["Once ", "upon ", "a ", "time."];
            for (var i = 0; i < words.Length; i++)
                yield return i != Breaks ? new(ChatRole.Assistant, words[i]) : throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ChatClientMetadata) && serviceKey is null ? new ChatClientMetadata(provider) : null;

        public void Dispose()
        {
        }
    }
}
