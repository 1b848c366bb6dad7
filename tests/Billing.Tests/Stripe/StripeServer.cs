using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Billing.Tests.Stripe;

/// <summary>Stands in for Stripe on this machine: keeps what it is asked, and answers by a script, or with an empty list.</summary>
public sealed class StripeServer : IAsyncLifetime
{
    private const string Empty = """{"id":"obj_1","object":"list","data":[],"has_more":false}""";
    private readonly Channel<ReceivedRequest> _received = Channel.CreateUnbounded<ReceivedRequest>();
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly WebApplication _app;

    public StripeServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.Run(HandleAsync);
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>How many requests have arrived.</summary>
    public int Count { get; private set; }

    public static async Task<StripeServer> StartAsync()
    {
        var server = new StripeServer();
        await server.InitializeAsync();
        return server;
    }

    public async ValueTask InitializeAsync() => await _app.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    /// <summary>The next request; waits for it.</summary>
    public async Task<ReceivedRequest> NextAsync() => await _received.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

    public StripeServer Answer(int status, string body = Empty, params (string Name, string Value)[] headers)
    {
        _script.Enqueue(context =>
        {
            context.Response.StatusCode = status;
            foreach (var (name, value) in headers) context.Response.Headers[name] = value;
            return WriteAsync(context, body, Encoding.UTF8.GetByteCount(body));
        });
        return this;
    }

    /// <summary>Takes the request and closes the connection without an answer.</summary>
    public StripeServer Drop() => Enqueue(context =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>Sends half of an answer and closes the connection.</summary>
    public StripeServer Truncate() => Enqueue(async context =>
    {
        await WriteAsync(context, """{"id":"cus_""", 1000);
        context.Abort();
    });

    /// <summary>Takes the request and answers never.</summary>
    public StripeServer Hang() => Enqueue(static context =>
    {
        var gone = new TaskCompletionSource();
        context.RequestAborted.Register(gone.SetResult);
        return gone.Task;
    });

    /// <summary>Answers in chunks, without saying how many bytes there will be.</summary>
    public StripeServer Chunked(byte[] body) => Enqueue(context => context.Response.Body.WriteAsync(body).AsTask());

    private StripeServer Enqueue(Func<HttpContext, Task> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Count++;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _received.Writer.TryWrite(new ReceivedRequest(context.Request.Method, target[0], target.Length > 1 ? target[1] : "", headers, Encoding.UTF8.GetString(body.ToArray())));
        if (_script.TryDequeue(out var answer)) await answer(context);
        else await WriteAsync(context, Empty, Empty.Length);
    }

    private static async Task WriteAsync(HttpContext context, string body, int length)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.TryAdd("Request-Id", "req_1");
        context.Response.ContentLength = length;
        await context.Response.WriteAsync(body, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
