using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoopbackModels;

/// <summary>
/// A provider of language models on a loopback port. It speaks OpenAI, Anthropic, Azure OpenAI and Gemini on the wire, streamed and not, answers what it is told to, and fails on demand. Every model and
/// deployment exists; without a script it says hello.
/// </summary>
public sealed class ModelServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ServedModel> _models = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private int _number;

    private ModelServer(WebApplication app, TimeProvider time)
    {
        (_app, _time) = (app, time);
        app.Run(HandleAsync);
    }

    /// <summary>The address, such as <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The model or deployment of this name.</summary>
    /// <param name="name">The name.</param>
    public ServedModel this[string name] => _models.GetOrAdd(name, static n => new(n));

    /// <summary>The models that were named or asked for so far.</summary>
    public IReadOnlyCollection<ServedModel> Models => [.. _models.Values];

    /// <summary>Starts a server.</summary>
    /// <param name="time">The clock of <see cref="ModelAnswer.Pace"/>; null takes the system's.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="ct">Gives up starting.</param>
    public static async Task<ModelServer> StartAsync(TimeProvider? time = null, int port = 0, CancellationToken ct = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(static o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinResponseDataRate = null;
            options.Listen(IPAddress.Loopback, port);
        });
        // A write ends when the socket has taken it all, so that what was written before a cut has truly gone out.
        builder.WebHost.UseSockets(static sockets => sockets.MaxWriteBufferSize = 2);
        var server = new ModelServer(builder.Build(), time ?? TimeProvider.System);
        await server._app.StartAsync(ct);
        server.Address = new(server._app.Urls.Single());
        return server;
    }

    /// <summary>The body of an answer, byte for byte as the server sends it.</summary>
    /// <param name="api">The wire format.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="model">The model's name in it.</param>
    /// <param name="streamed">Whether as a stream, with its usage at the end.</param>
    public static byte[] Record(ModelApi api, ModelAnswer answer, string model, bool streamed) =>
        streamed ? [.. Frames(api, answer, model).SelectMany(static f => f.Bytes)] : Body.Of(WireFormat.Of(api).Whole(answer, model));

    /// <summary>The events of a streamed answer, as the server sends them.</summary>
    /// <param name="api">The wire format.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="model">The model's name in it.</param>
    public static IReadOnlyList<Frame> Frames(ModelApi api, ModelAnswer answer, string model) => [.. WireFormat.Of(api).Stream(answer, model, usageAsked: true)];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>How many bytes go out before a piece: of a stream whole events, of a whole answer half.</summary>
    internal static int BytesBefore(ModelRequest request, ModelAnswer answer, int piece)
    {
        if (!request.Streamed)
            return Record(request.Api, answer, request.Model, streamed: false).Length / 2;
        var (bytes, seen) = (0, 0);
        foreach (var frame in WireFormat.Of(request.Api).Stream(answer, request.Model, usageAsked: true))
        {
            if (frame.IsPiece && seen++ == piece)
                break;
            bytes += frame.Bytes.Length;
        }
        return bytes;
    }

    private async Task HandleAsync(HttpContext http)
    {
        var request = await RequestReader.ReadAsync(http, Interlocked.Increment(ref _number));
        if (request is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var model = this[request.Model];
        var reply = model.Begin(request);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stop.Token);
        var whole = false;
        try
        {
            await new ReplyWriter(http, request, _time, gone.Token).WriteAsync(reply);
            whole = true;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && gone.IsCancellationRequested)
        {
            // The client has gone, or the server stops.
        }
        finally
        {
            model.End(cancelled: !whole && http.RequestAborted.IsCancellationRequested);
        }
    }
}
